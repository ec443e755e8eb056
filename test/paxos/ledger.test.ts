import { expect } from 'chai';
import { Ledger } from './ledger.ts';

describe('Ledger', () => {
  it('finds nothing wrong with peers that agree on a proposed value', () => {
    const ledger = new Ledger();
    ledger.propose(0, 'a');
    ledger.propose(0, 'b');
    expect(ledger.observe(0, 0, 'b')).to.equal(undefined);
    expect(ledger.observe(1, 0, 'b')).to.equal(undefined);
  });

  it('names two peers that decided differently', () => {
    const ledger = new Ledger();
    ledger.propose(3, 'a');
    ledger.propose(3, 'b');
    ledger.observe(0, 3, 'a');
    expect(ledger.observe(2, 3, 'b')).to.equal('instance 3: peer 0 decided "a", but peer 2 "b"');
  });

  it('names a peer whose decision changed between two observations', () => {
    const ledger = new Ledger();
    ledger.propose(0, 1);
    ledger.propose(0, 2);
    ledger.observe(0, 0, 1);
    expect(ledger.observe(0, 0, 2)).to.contain('peer 0 decided 1, but peer 0 2');
  });

  it('names a value that was proposed for another instance only', () => {
    const ledger = new Ledger();
    ledger.propose(0, 'a');
    expect(ledger.observe(1, 1, 'a')).to.equal(
      'instance 1: peer 1 decided "a", which no peer proposed',
    );
  });

  it('distinguishes long values by their ends, and a number from its digits', () => {
    const ledger = new Ledger();
    ledger.propose(0, `${'a'.repeat(1000)}b`);
    ledger.propose(1, 77);
    expect(ledger.observe(0, 0, `${'a'.repeat(1000)}c`)).to.contain('no peer proposed');
    expect(ledger.observe(0, 1, '77')).to.contain('no peer proposed');
  });
});
