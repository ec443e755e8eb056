import { expect } from 'chai';
import { BackupProgress } from 'paxkv/internal/backup/backup-progress';
import { type TakenBackup, takeBackup } from 'paxkv/internal/backup/take-backup';
import { CliError } from 'paxkv/internal/cli-error';
import { backupOf, smallState } from '../../kvserver/backup/backups.ts';
import {
  type Answer,
  type BackupServer,
  backupServer,
  busy,
  complete,
  cut,
  damaged,
  stuck,
} from './backup-server.ts';

describe('Taking a backup', () => {
  let servers: BackupServer[];
  let written: Uint8Array[];
  let restartCount: number;
  let notes: string[];

  beforeEach(() => {
    servers = [];
    written = [];
    restartCount = 0;
    notes = [];
  });

  afterEach(() => {
    for (const server of servers) server.close();
  });

  async function take(
    answers: readonly (readonly Answer[])[],
    isSerializable = false,
  ): Promise<TakenBackup> {
    for (const each of answers) servers.push(await backupServer(...each));
    const note = (line: string) => void notes.push(line);
    return takeBackup({
      endpoints: servers.map(({ endpoint }) => endpoint),
      isSerializable,
      idleMs: 300,
      sink: {
        write: async (bytes) => void written.push(bytes),
        restart: async () => {
          restartCount += 1;
          written = [];
        },
      },
      progress: new BackupProgress(note),
      note,
    });
  }

  it('writes the bytes of the first server as they are', async () => {
    const { endpoint, totals } = await take([[complete], [complete]]);
    expect(endpoint).to.equal(servers[0]?.endpoint);
    expect(totals).to.include({ entries: 2, sessions: 1 });
    const expected = await backupOf((await smallState()).level);
    expect(Buffer.concat(written).equals(expected)).to.equal(true);
    expect(servers[0]?.targets).to.deep.equal(['/backup']);
    expect(servers[1]?.targets).to.deep.equal([]);
  });

  for (const [what, answer] of Object.entries({ cut, busy, stuck, damaged })) {
    it(`begins anew at the next server if the first one is ${what}, and says so`, async () => {
      const { endpoint } = await take([[answer], [complete]]);
      expect(endpoint).to.equal(servers[1]?.endpoint);
      expect(restartCount).to.equal(1);
      const expected = await backupOf((await smallState()).level);
      expect(Buffer.concat(written).equals(expected)).to.equal(true);
      expect(notes).to.have.length(1);
    });
  }

  it('asks a server again that was busy', async () => {
    await take([[busy, complete]]);
    expect(servers[0]?.targets).to.have.length(2);
  });

  it('ends with the reason of each server if none gives a complete backup', async () => {
    const error: unknown = await take([[cut], [busy]]).catch((thrown: unknown) => thrown);
    if (!(error instanceof CliError)) throw error;
    expect(error.code).to.equal('CLI_NO_BACKUP');
    expect(error.outcome).to.equal('not done');
    expect(error.lines).to.have.length(3);
    expect(error.lines[2]).to.contain('KV_OVERLOADED');
  });

  it('asks for what one server knows only if that is wanted', async () => {
    await take([[complete]], true);
    expect(servers[0]?.targets).to.deep.equal(['/backup?serializable']);
  });

  it('does not hide that the bytes cannot be written', async () => {
    const server = await backupServer(complete);
    servers.push(server);
    const note = () => undefined;
    const full = new CliError('CLI_FILE', 'no space left');
    const taking = takeBackup({
      endpoints: [server.endpoint],
      isSerializable: false,
      idleMs: 300,
      sink: { write: () => Promise.reject(full), restart: async () => undefined },
      progress: new BackupProgress(note),
      note,
    });
    expect(await taking.catch((thrown: unknown) => thrown)).to.equal(full);
    expect(server.targets).to.have.length(1);
  });
});
