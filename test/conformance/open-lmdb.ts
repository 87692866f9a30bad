/** For the process that is killed. */
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';

export default (path: string) => lmdb.open({ path, sync: false, readOnly: false });
