/** The meaning of each kind of message, in one sentence. */
import type { MessageKind } from '../engine/protocol/messages.ts';
import type { Words } from './words.ts';

export const messageTexts: Readonly<Record<MessageKind, Words>> = {
  prepare: {
    en: 'The proposer asks the acceptor to promise that it ignores lower ballots in this instance.',
    zh: '提议者请求接受者承诺在该实例中忽略更低的编号。',
  },
  promised: {
    en: 'The promise of the acceptor is durable. The message reports its latest vote, if it has one.',
    zh: '接受者已承诺并落盘,如果投过票就告知最近的一票。',
  },
  accept: {
    en: 'The proposer asks the acceptor to vote for this value at this ballot.',
    zh: '提议者请求接受者在该编号下为这个值投票。',
  },
  accepted: {
    en: 'The acceptor voted at this ballot, and the vote is durable.',
    zh: '接受者已在该编号下投票并落盘。',
  },
  rejected: {
    en: 'The acceptor refuses, since it promised a higher ballot, and names that ballot.',
    zh: '接受者拒绝:它承诺过更高的编号,并说明是哪个。',
  },
  decided: {
    en: 'A quorum voted at this ballot: the value is decided for ever.',
    zh: '多数派已在该编号下投票:这个值被永远决定。',
  },
  learn: {
    en: 'A peer that is behind asks for decisions from this instance on.',
    zh: '落后的节点请求从该实例起的决定。',
  },
  learned: {
    en: 'The peer knows the decision of this instance, and sends it.',
    zh: '该节点知道这里的决定,并告知。',
  },
  forgotten: {
    en: 'Every host was done with this instance, so nothing is left to agree on.',
    zh: '所有宿主都用完了该实例,已没有可达成一致的内容。',
  },
  preVote: {
    en: 'A candidate asks whether the peer sees a leader. The answer is not binding.',
    zh: '候选者询问是否有人听到领导者;回答不约束任何人。',
  },
  preVoteGranted: {
    en: 'The peer sees no leader, and would follow the candidate.',
    zh: '该节点听不到领导者,愿意追随候选者。',
  },
  prepareLog: {
    en: 'The candidate asks for one promise that covers every instance of the log.',
    zh: '候选者请求一个覆盖日志中所有实例的承诺。',
  },
  logPromised: {
    en: 'The promise of the acceptor for the whole log is durable. The message reports its votes.',
    zh: '接受者为整个日志作出承诺并落盘,同时告知自己的投票。',
  },
  logRejected: {
    en: 'The acceptor promised a higher ballot for the log, so the addressee cannot lead.',
    zh: '接受者为日志承诺过更高的编号:询问者不是领导者。',
  },
  heartbeat: {
    en: 'The leader shows that it is active, and reports up to where it knows every decision.',
    zh: '领导者表明自己在,并告知它所知的决定到了哪里。',
  },
  heartbeatAck: {
    en: 'The peer received the heartbeat of the leader.',
    zh: '该节点听到了领导者。',
  },
  transferLeadership: {
    en: 'A leader that stops asks this peer to take over at once.',
    zh: '即将停止的领导者请该节点立即接任。',
  },
  readIndex: {
    en: 'A peer that has to answer a read asks how far anything may have been decided.',
    zh: '要回答读取的节点询问可能已决定到了哪里。',
  },
  readIndexReply: {
    en: 'The peer reports how far it voted. Nothing above that was decided with its vote.',
    zh: '该节点告知自己投票到了哪里;更高处没有借它的票做出的决定。',
  },
  admit: {
    en: 'A peer that lost its memory asks to have its new incarnation recorded.',
    zh: '失去记忆的节点请求记录它的新化身。',
  },
  admitted: {
    en: 'The new incarnation is recorded: earlier answers of the peer no longer count here.',
    zh: '新化身已记录:该节点以前说过的话在这里不再算数。',
  },
  staleIncarnation: {
    en: 'An incarnation as high as that is recorded already: the peer must choose a higher one.',
    zh: '已记录过同样高的化身:该节点必须选更高的。',
  },
};
