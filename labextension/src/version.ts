// The version of the front end, which the server compares with its own.
import { Notification } from '@jupyterlab/apputils';

import { Api } from './api';

/** As `src/workbench/_version.py` has it. */
export const VERSION = '0.1.0';

/** Says so where the front end and the server are of different versions; a server that is not there says it elsewhere. */
export async function greet(api: Api): Promise<void> {
  const answer = await api.get<{ compatible: boolean; message: string }>('hello', { version: VERSION }).catch(() => null);
  if (answer && !answer.compatible) {
    Notification.warning(answer.message, { autoClose: false });
  }
}
