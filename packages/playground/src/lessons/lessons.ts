/** All lessons of the page, in the order in which it offers them. */
import { agreementLessons } from './agreement-lessons.ts';
import { leaderLessons } from './leader-lessons.ts';
import type { Lesson } from './lesson.ts';
import { memoryLessons } from './memory-lessons.ts';
import { mitAgreement, mitCounts } from './mit-agreement.ts';
import { mitForgetting } from './mit-forgetting.ts';
import { mitPartition } from './mit-partition.ts';

export const lessons: readonly Lesson[] = [
  ...agreementLessons,
  ...leaderLessons,
  ...memoryLessons,
  ...mitAgreement,
  ...mitForgetting,
  ...mitCounts,
  ...mitPartition,
];
