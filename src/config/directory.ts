/** Where the state is kept when the config does not say. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from './environment.ts';

const NAME = 'telegraf-anomaly';
/** Where packages put what a service keeps. */
const SERVICE_DIRECTORY = '/var/lib/telegraf-anomaly';

/**
 * The directory of `[state] path`, absolute. Asked when the directory is needed and not when the config is read, so
 * that `check` says the same for every user. The directory need not exist.
 *
 * @param path as it is in the config; "" is the default
 * @param home of the user; "" without one
 */
export function stateDirectory(
  path: string,
  environment: Environment = process.env,
  home = homeDirectory(),
): string {
  if (path !== '') return path;
  // systemd makes the directory, and names several when the unit does.
  const { STATE_DIRECTORY = '', XDG_STATE_HOME = '' } = environment;
  const [given] = STATE_DIRECTORY.split(delimiter);
  if (isAbsolute(given!)) return given!;
  // The XDG specification has relative paths ignored.
  if (isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, NAME);
  return home === '' ? SERVICE_DIRECTORY : join(home, '.local', 'state', NAME);
}

/** Users of services have none, or one in which they may not write, or, in containers, the root directory. */
function homeDirectory(): string {
  try {
    const home = homedir();
    accessSync(home, constants.W_OK);
    return isAbsolute(home) && home !== '/' ? home : '';
  } catch {
    return '';
  }
}
