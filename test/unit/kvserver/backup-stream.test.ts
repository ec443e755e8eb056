import { type BackupOptions, openBackup } from '@paxkv/kvserver/internal/backup-stream';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { KvError, type Request } from '@paxkv/protocol';
import { expect } from 'chai';
import { smallState } from './backup/backups.ts';

const config = {
  clusterId: 'paxkv',
  nodeId: 1,
  addresses: [1, 2, 3].map((port) => ({ host: 'a', port })),
};

describe('A backup', () => {
  let steps: string[];
  let answer: () => Promise<{ type: 'get'; entry: undefined }>;

  beforeEach(() => {
    steps = [];
    answer = async () => ({ type: 'get', entry: undefined });
  });

  async function open(options: BackupOptions): Promise<string> {
    const { level } = await smallState();
    const replica = {
      submit: async ({ command, consistency = 'linearizable' }: Request) => {
        steps.push(`${consistency} ${command.type}`);
        const reply = await answer();
        steps.push('answered');
        return reply;
      },
    };
    const exports = {
      open: () => {
        steps.push('opened');
        return StateExport.open(level);
      },
    };
    const pieces: Uint8Array[] = [];
    for await (const piece of await openBackup({ replica, exports }, config, options)) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('latin1');
  }

  it('is opened once this server has applied what was acknowledged before it began', async () => {
    answer = async () => {
      await new Promise(setImmediate);
      return { type: 'get', entry: undefined };
    };
    const backup = await open({});
    expect(steps).to.deep.equal(['linearizable get', 'answered', 'opened']);
    expect(backup).to.include('"consistency":"linearizable"');
  });

  it('is not opened if no majority answers', async () => {
    answer = () => Promise.reject(new KvError('KV_TIMEOUT', 'no majority'));
    const error = await open({}).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_TIMEOUT' });
    expect(steps).to.deep.equal(['linearizable get']);
  });

  it('is opened at once for what this server has, and says so', async () => {
    const backup = await open({ consistency: 'serializable' });
    expect(steps).to.deep.equal(['opened']);
    expect(backup).to.include('"consistency":"serializable"');
  });
});
