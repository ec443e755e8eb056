import { placeLabels } from '@paxkv/playground/internal/ui/chart-labels';
import { expect } from 'chai';

const at = (x: number, y: number) => ({ x, y });

describe('the labels of a sequence chart', () => {
  it('stand at their best place while no other is near', () => {
    const wishes = [
      { text: 'prepare 0', places: [at(100, 50), at(120, 60)] },
      { text: 'prepare 0', places: [at(200, 50), at(220, 60)] },
    ];
    expect(placeLabels(wishes)).to.deep.equal([at(100, 50), at(200, 50)]);
  });

  it('take the first place where they cover no other, and are left out if there is none', () => {
    const wishes = [
      { text: 'heartbeat', places: [at(100, 50)] },
      { text: 'heartbeat', places: [at(110, 52), at(120, 59), at(130, 70)] },
      { text: 'heartbeat', places: [at(105, 55)] },
    ];
    expect(placeLabels(wishes)).to.deep.equal([at(100, 50), at(120, 59), undefined]);
  });

  it('need more room if they are longer', () => {
    const places = [at(140, 50)];
    const first = { text: 'aa', places: [at(100, 50)] };
    expect(placeLabels([first, { text: 'aa', places }])[1]).to.deep.equal(at(140, 50));
    expect(placeLabels([first, { text: 'a'.repeat(20), places }])[1]).to.equal(undefined);
  });
});
