/**
 * Whether a file of LMDB's can be opened without danger. LMDB reads through a memory map and trusts what it
 * finds: a page number beyond the end, or a node beyond its page, ends the process by a signal that nothing can
 * catch. So the skeleton is read through the file system first: the two meta pages, every branch and leaf page,
 * the list of free pages, and the heads of the large values; not these values themselves, which can only be wrong.
 *
 * The layout is that of LMDB's data version 2, which lmdb 3 brings along (mdb.c: MDB_meta, MDB_page_header, MDB_node).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const BRANCH = 1;
const LEAF = 2;
const LARGE = 4;
const META = 8;
/** Bytes before the first offset of a page; offsets count from there. */
const HEADER = 24;
/** Bytes before the key of a node. */
const NODE = 8;
/** Where a large value lies: page, transaction, pages. */
const PLACE = 24;
const META_LENGTH = HEADER + 144;
/** What a file has that this program made: integer keys in the list of free pages, and no directory of its own. */
const FREE_FLAGS = 0x4008;
const LONGEST_KEY = 1978;
/** The cursor's stack in LMDB. */
const DEEPEST = 32;
const LARGEST_MAP = 2 ** 44;
const FIRST_PAGE = 2;

class Damage extends Error {}

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Damage(what);
}

interface Tree {
  readonly flags: number;
  readonly depth: number;
  /** -1 when it is empty. */
  readonly root: number;
}

interface Meta {
  readonly pageSize: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

/** What is wrong with the file, or undefined. Throws when it cannot be read. */
export function damageOf(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    new Walk(file).run();
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  } finally {
    closeSync(file);
  }
}

class Walk {
  readonly #file: number;
  readonly #length: number;
  #meta!: Meta;
  /** One for each page that is in use. */
  #used!: Uint8Array;
  /** A page for each level of a tree, and one for what is large. */
  readonly #pages: Buffer[] = [];
  readonly #head = Buffer.alloc(HEADER);

  constructor(file: number) {
    this.#file = file;
    this.#length = fstatSync(file).size;
  }

  run(): void {
    const first = this.#readMeta(0);
    const second = this.#readMeta(first.pageSize);
    demand(second.pageSize === first.pageSize, 'its two heads disagree about the size of a page');
    this.#meta = first.transaction >= second.transaction ? first : second;
    this.#used = new Uint8Array(this.#meta.lastPage + 1);
    this.#used.fill(1, 0, FIRST_PAGE);
    const { free, main } = this.#meta;
    this.#tree(main, () => {});
    // Read last, when it is known which pages are not free.
    const lists: Buffer[] = [];
    this.#tree(free, (list) => lists.push(list));
    for (const list of lists) this.#freeList(list);
  }

  #readMeta(at: number): Meta {
    const page = this.#read(at, Buffer.alloc(META_LENGTH));
    const number = (offset: number) => numberAt(page, HEADER + offset);
    const tree = (offset: number): Tree => ({
      flags: page.readUInt16LE(HEADER + offset + 4),
      depth: page.readUInt16LE(HEADER + offset + 6),
      root: number(offset + 40),
    });
    const ours = page.readUInt16LE(18) === META && page.readUInt32LE(HEADER) === MAGIC;
    demand(ours && page.readUInt32LE(HEADER + 4) === DATA_VERSION, 'its head is not that of an LMDB file');
    const pageSize = page.readUInt32LE(HEADER + 24);
    const powerOfTwo = (pageSize & (pageSize - 1)) === 0;
    demand(powerOfTwo && pageSize >= 1024 && pageSize <= 65536, 'its pages have an impossible size');
    const [mapSize, lastPage, transaction] = [number(16), number(120), number(128)];
    demand(number(8) === 0 && mapSize >= 0 && mapSize <= LARGEST_MAP, 'its head asks for an impossible map');
    demand(lastPage >= 1 && lastPage <= LARGEST_MAP / pageSize, 'its last page has an impossible number');
    demand(transaction >= 0 && Number.isSafeInteger(transaction), 'its head has an impossible transaction');
    const [free, main] = [tree(24), tree(72)];
    // Of the older head too: LMDB takes some from the first, whichever is newer.
    demand(main.flags === 0 && free.flags === FREE_FLAGS, 'its flags are not ours');
    return { pageSize, free, main, lastPage, transaction };
  }

  #tree(tree: Tree, take: (value: Buffer) => void): void {
    if (tree.root === -1) return;
    demand(tree.depth >= 1 && tree.depth <= DEEPEST, 'a tree has an impossible depth');
    this.#page(tree.root, tree.depth, tree === this.#meta.free, take);
  }

  /** A branch or leaf page, and all below it. `level` is 1 for a leaf. */
  #page(number: number, level: number, free: boolean, take: (value: Buffer) => void): void {
    const { pageSize, transaction } = this.#meta;
    this.#use(number, 1);
    this.#pages[level] ??= Buffer.alloc(pageSize);
    const page = this.#read(number * pageSize, this.#pages[level]);
    const end = pageSize - HEADER;
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    const writer = numberAt(page, 8);
    demand(
      numberAt(page, 0) === number && writer >= 0 && writer <= transaction,
      `page ${number} has a wrong head`,
    );
    demand(page.readUInt16LE(18) === (level === 1 ? LEAF : BRANCH), `page ${number} is of a wrong kind`);
    const count = lower >> 1;
    demand((lower & 1) === 0 && lower <= upper && upper <= end, `page ${number} has wrong bounds`);
    demand(count >= (level === 1 ? 1 : 2), `page ${number} has too few entries`);
    let bytes = 0;
    for (let index = 0; index < count; index++) {
      const at = page.readUInt16LE(HEADER + 2 * index);
      demand(at >= upper && at + NODE <= end, `page ${number} has an entry outside of it`);
      const length =
        level === 1 ? this.#leaf(page, at, free, take) : this.#branch(page, at, level, free, take);
      bytes += length + (length & 1);
      demand(at + length <= end, `page ${number} has an entry that is too long`);
    }
    demand(bytes === end - upper, `page ${number} has entries that overlap`);
  }

  #branch(page: Buffer, at: number, level: number, free: boolean, take: (value: Buffer) => void): number {
    const node = HEADER + at;
    const keyLength = page.readUInt16LE(node + 6);
    demand(keyLength <= LONGEST_KEY, 'a key is too long');
    this.#page(page.readUIntLE(node, 6), level - 1, free, take);
    return NODE + keyLength;
  }

  #leaf(page: Buffer, at: number, free: boolean, take: (value: Buffer) => void): number {
    const node = HEADER + at;
    const length = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const keyLength = page.readUInt16LE(node + 6);
    demand(flags <= 1, 'an entry is of a kind that is never written');
    demand(free ? keyLength === 8 : keyLength >= 1 && keyLength <= LONGEST_KEY, 'a key has a wrong length');
    const large = flags === 1;
    const end = at + NODE + keyLength + (large ? PLACE : length);
    demand(end <= this.#meta.pageSize - HEADER, 'an entry is too long');
    const value = node + NODE + keyLength;
    if (large) {
      // More pages than it needs, where it took the place of a longer one.
      const [first, pages] = [numberAt(page, value), numberAt(page, value + 16)];
      demand(pages >= Math.ceil((HEADER + length) / this.#meta.pageSize), 'a large value has a wrong length');
      const writer = numberAt(page, value + 8);
      demand(writer >= 0 && writer <= this.#meta.transaction, 'a large value is of no transaction');
      this.#use(first, pages);
      this.#large(first, pages);
      if (free) take(this.#read(first * this.#meta.pageSize + HEADER, Buffer.alloc(length)));
    } else if (free) take(Buffer.from(page.subarray(value, value + length)));
    return end - at;
  }

  /** The head of a large value: LMDB takes from it how many pages there are, and whether they are newer than it is. */
  #large(first: number, pages: number): void {
    const head = this.#read(first * this.#meta.pageSize, this.#head);
    const writer = numberAt(head, 8);
    demand(
      numberAt(head, 0) === first &&
        writer >= 0 &&
        writer <= this.#meta.transaction &&
        head.readUInt16LE(18) === LARGE &&
        head.readUInt32LE(20) === pages,
      `the large value on page ${first} has a wrong head`,
    );
  }

  /** A count, then page numbers, a negative one being the length of a run that starts with the next. */
  #freeList(list: Buffer): void {
    demand(list.length >= 8, 'a list of free pages is too short');
    const count = numberAt(list, 0);
    demand(count >= 0 && (count + 1) * 8 <= list.length, 'a list of free pages is too long');
    let run = 1;
    for (let index = 1; index <= count; index++) {
      const number = numberAt(list, index * 8);
      if (number < 0) run = -number;
      else {
        if (number > 0) this.#use(number, run, false);
        run = 1;
      }
    }
  }

  /** Marks pages as used; none may be so twice, and all must be there. */
  #use(first: number, pages: number, inFile = true): void {
    const last = first + pages - 1;
    demand(
      first >= FIRST_PAGE && pages >= 1 && last <= this.#meta.lastPage,
      'a page has an impossible number',
    );
    demand(!inFile || (last + 1) * this.#meta.pageSize <= this.#length, 'it has been cut short');
    for (let page = first; page <= last; page++) {
      demand(this.#used[page] === 0, `page ${page} is used twice`);
      this.#used[page] = 1;
    }
  }

  #read(at: number, into: Buffer): Buffer {
    const length = readSync(this.#file, into, 0, into.length, at);
    demand(length === into.length, 'it has been cut short');
    return into;
  }
}

/** A signed number of eight bytes; not a bigint, which is ten times slower. Beyond 2^53 it is about right. */
function numberAt(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}
