// The review in the main area: the same ES module as the notebook's widget, over a session of the server.
import { URLExt } from '@jupyterlab/coreutils';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import { Api, problemOf, Refused } from './api';
import { make, visible } from './dom';
import { MessageKey, t } from './i18n';
import { auditIcon } from './icons';
import { reviewKey } from './ids';
import { notice } from './notices';

/** What is reviewed; nothing given: everything. `name` is what the tab is called. */
export interface ReviewScope {
  document?: string;
  department?: string;
  cause?: string;
  audit?: { n: number; seed: number };
  name?: string;
}

/** The keys of the review: names as widget.js has them. */
const KEYS = ['accept', 'edit', 'skip', 'undo', 'next', 'previous', 'pending', 'reason', 'structure', 'page', 'zoom-in', 'zoom-out', 'fit', 'help'] as const;

type Listener = (message: any, buffers: DataView[]) => void;

/** What widget.js needs of a model: messages there and back. */
class SessionModel {
  private readonly listeners = new Set<Listener>();

  constructor(private readonly post: (message: object) => Promise<any>, private readonly failed: (error: unknown) => void) {}

  on(name: string, listener: Listener): void {
    if (name === 'msg:custom') {
      this.listeners.add(listener);
    }
  }

  off(_: string, listener: Listener): void {
    this.listeners.delete(listener);
  }

  send(message: object): void {
    this.post(message).then(answer => answer.replies.forEach((reply: any) => this.receive(reply.message, reply.buffers ?? [])), this.failed);
  }

  private receive(message: any, buffers: string[]): void {
    const views = buffers.map(text => new DataView(Uint8Array.from(atob(text), one => one.charCodeAt(0)).buffer));
    this.listeners.forEach(listener => listener(message, views));
  }
}

export class ReviewView extends Widget {
  private session = '';
  private close_: (() => void) | null = null;
  /** Runs a key's action of the widget. */
  act: (name: string) => void = () => undefined;

  constructor(private readonly api: Api, readonly project: string, readonly scope: ReviewScope, private readonly reviewer: () => string) {
    super();
    this.addClass('jp-wb-Review');
    this.title.label = visible(t('review.title', { what: scope.name ?? scope.department ?? t('everything') }));
    this.title.icon = auditIcon;
    this.title.closable = true;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.label);
    void this.open();
  }

  dispose(): void {
    this.close_?.();
    super.dispose();
  }

  protected onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('.wbr')?.focus({ preventScroll: true });
  }

  private async open(): Promise<void> {
    this.node.replaceChildren(make('p', { class: 'jp-wb-Quiet', role: 'status' }, t('review.busy')));
    try {
      const { name: _, ...scope } = this.scope;
      const [opened, module] = await Promise.all([
        this.api.post<{ session: string; total: number }>('review', { project: this.project, ...scope, by: this.reviewer() || undefined }), this.module()]);
      this.session = opened.session;
      this.start(module);
    } catch (error) {
      this.fail(error);
    }
  }

  private async module(): Promise<any> {
    const address = URLExt.join(this.api.settings.baseUrl, 'workbench/api/v1/review/');
    if (!document.querySelector('link[data-jixiao-workbench]')) {
      document.head.append(make('link', { rel: 'stylesheet', href: `${address}widget.css`, 'data-jixiao-workbench': 'true' }));
    }
    return (await import(/* webpackIgnore: true */ new URL(`${address}widget.js`, window.location.href).href)).default;
  }

  private start(module: any): void {
    if (this.isDisposed) {
      return;
    }
    this.close_?.();
    this.node.replaceChildren();
    const model = new SessionModel(
      message => this.api.post('review/message', { session: this.session, message }), error => this.fail(error));
    this.close_ = module.render({ model, el: this.node, lab: { silent: t('review.silent'), attach: (act: (name: string) => void) => (this.act = act) } });
  }

  /** A session that the server does not know any more is opened again: nothing is lost. */
  private fail(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (error instanceof Refused && error.code === 'no-session' && this.session) {
      this.session = '';
      void this.open();
    } else if (!(error instanceof Refused && error.code === 'no-session')) {
      this.close_?.();
      this.close_ = null;
      this.node.replaceChildren(notice(problemOf(error), [{ label: t('retry'), run: () => void this.open() }]));
    }
  }
}

/** Registers the keys of the review as commands; which keys they have is in the settings schema. */
export function addReviewKeys(commands: CommandRegistry, current: () => ReviewView | null): void {
  for (const name of KEYS) {
    commands.addCommand(reviewKey(name), {
      label: `${t('review')}: ${t(`key.${name}` as MessageKey)}`, isEnabled: () => current() !== null, execute: () => current()?.act(name)
    });
  }
}
