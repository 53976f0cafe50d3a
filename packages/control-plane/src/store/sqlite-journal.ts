import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Journal } from './journal.ts';
import type { StoredObject } from './object.ts';

/** Raised when the layout of the tables changes. */
const LAYOUT = 1;

/** The file cannot be used; the message says why and what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/**
 * Opens or makes a SQLite file. Every commit is on disk (write-ahead log, `synchronous=FULL`: sqlite.org/pragma.html) before it returns, so
 * what was acknowledged is there after `kill -9`. One process at a time: a second one gets a JournalError.
 */
export function openSqliteJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const db = open(path);
  const put = db.prepare('INSERT OR REPLACE INTO objects (grp, kind, namespace, name, json) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM objects WHERE grp = ? AND kind = ? AND namespace = ? AND name = ?');
  const setVersion = db.prepare('UPDATE meta SET version = max(version, ?)');
  return {
    load() {
      const row = db.prepare('SELECT version FROM meta').get();
      const rows = db.prepare('SELECT json FROM objects ORDER BY grp, kind, namespace, name').all();
      const objects = rows.map((each): StoredObject => JSON.parse(String(each['json'])));
      return { version: Number(row?.['version'] ?? 0), objects };
    },
    commit(version, changes) {
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const change of changes) {
          const { group, kind, namespace, name } = change.key;
          if (change.type === 'put') put.run(group, kind, namespace, name, JSON.stringify(change.object));
          else remove.run(group, kind, namespace, name);
        }
        setVersion.run(version);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    reserve: (version) => {
      setVersion.run(version);
    },
    [Symbol.dispose]: () => db.close(),
  };
}

function open(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const layout = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (layout > LAYOUT) {
      throw new JournalError(`${path} was written by a newer version (layout ${layout}, this one knows ${LAYOUT})`);
    }
    db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS objects (
        grp TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
        PRIMARY KEY (grp, kind, namespace, name)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL);
      INSERT OR IGNORE INTO meta VALUES (1, 0);
      PRAGMA user_version = ${LAYOUT};
      COMMIT;`);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof JournalError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const why = text.includes('locked')
      ? 'another control plane has it open; stop that one or choose another file'
      : text;
    throw new JournalError(`cannot use ${path}: ${why}`, { cause: error });
  }
}
