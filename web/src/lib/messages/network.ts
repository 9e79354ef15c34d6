import { common } from './common';
import { analysis } from './network/analysis';
import { audits } from './network/audits';
import { desk } from './network/desk';
import { log } from './network/log';
import { maps } from './network/maps';
import { officer } from './network/officer';
import { operator } from './network/operator';
import { reviewer } from './network/reviewer';
import { studies } from './network/studies';
import { texts } from './texts';

export const network = {
  ...common,
  ...analysis,
  ...audits,
  ...desk,
  ...log,
  ...maps,
  ...officer,
  ...operator,
  ...reviewer,
  ...studies,
} as const;

export const t = texts(network);
