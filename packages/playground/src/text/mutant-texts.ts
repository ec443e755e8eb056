/** Chinese descriptions of the mistakes. The English sentences come from `test/mutants`. */

export const mutantTextsZh: Readonly<Record<string, string>> = {
  'promise-sinks': '接受者让更低的编号取代它的承诺。',
  'vote-is-no-promise': '投票不提高承诺。',
  'vote-below-promise': '接受者为低于其承诺的编号投票。',
  'ballot-without-peer': '编号不说明属于谁。',
  'ballots-tie': '同一轮的编号被视为相等,无论是谁的。',
  'answer-counts-twice': '重复的回答被当作另一个节点的回答。',
  'half-is-a-quorum': '节点数为偶数时,一半就算多数派。',
  'quorum-one-short': '比多数少一个就算多数派。',
  'last-vote-wins': '提议者采用最后听到的投票的值。',
  'first-vote-wins': '提议者采用最先听到的投票的值。',
  'own-value-wins': '无论接受者投过什么票,提议者都提议自己的值。',
  'log-promise-not-kept': '追随者只在单独承诺过的实例中遵守对日志的承诺。',
  'leader-forgets-votes': '新领导者不理会追随者告知的投票。',
  'votes-at-once-after-loss': '失去记忆的节点立即投票。',
};
