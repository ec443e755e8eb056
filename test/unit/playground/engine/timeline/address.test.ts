import { type Action, settingsDefault } from '@paxkv/playground';
import { addressOf, recordingAt } from '@paxkv/playground/internal/engine/timeline/address';
import { expect } from 'chai';

const actions: readonly Action[] = [
  { type: 'propose', peer: 0, seq: 12, value: 'a.b~c 1%=&#值' },
  { type: 'done', peer: 1, seq: 3 },
  { type: 'crash', peer: 2 },
  { type: 'restart', peer: 2 },
  { type: 'wipe', peer: 2 },
  { type: 'stop', peer: 2 },
  { type: 'pause', peer: 2 },
  { type: 'resume', peer: 2 },
  { type: 'deafen', peer: 2 },
  { type: 'undeafen', peer: 2 },
  { type: 'cut', from: 0, to: 3 },
  { type: 'mend', from: 0, to: 3 },
  { type: 'partition', groups: [[0, 1], [2, 3], [4]] },
  { type: 'heal' },
  { type: 'lossy' },
  { type: 'calm' },
  { type: 'lose', message: 7 },
  { type: 'delay', message: 8 },
  { type: 'repeat', message: 9 },
  { type: 'skew', peer: 1, rate: 0.5 },
  { type: 'put', peer: 0, key: 'x', value: '' },
  { type: 'get', peer: 0, key: 'x' },
];

describe('an address', () => {
  it('keeps every kind of action, and all settings', () => {
    const recording = {
      settings: {
        seed: 'a&b=c',
        peerCount: 5,
        isLed: true,
        network: 'lossy',
        hasServers: true,
        mutant: 'vote-below-promise',
      } as const,
      log: actions.map((action, index) => ({ at: 3 * index + 1, action })),
      moment: 99,
    };
    const address = addressOf(recording);
    expect(recordingAt(`#${address}&lang=zh`)).to.deep.equal(recording);
    expect(address).to.match(/^[\w&=.~%-]+$/);
  });

  it('without anything means the settings by default', () => {
    const nothing = { settings: settingsDefault, log: [], moment: 0 };
    expect(recordingAt('')).to.deep.equal(nothing);
    expect(recordingAt('#')).to.deep.equal(nothing);
  });

  it('loses what makes no sense in it', () => {
    const { settings, log, moment } = recordingAt(
      's=%E0%A4%A&n=99&net=x&m=1e9&a=1c9~2q1~x~3c1.~4x0.7~5o01-1~6o0.0~7t1.0~~8p0.-1.v',
    );
    expect(settings).to.include({ seed: '', peerCount: 7, network: 'calm' });
    expect(moment).to.equal(0);
    expect(log).to.deep.equal([
      { at: 3, action: { type: 'crash', peer: 1 } },
      { at: 7, action: { type: 'skew', peer: 1, rate: 0.01 } },
      { at: 8, action: { type: 'propose', peer: 0, seq: 0, value: 'v' } },
    ]);
  });
});
