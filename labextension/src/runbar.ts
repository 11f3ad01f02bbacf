// The run at the foot of the panel: how far it is, what failed and why, and the way to stop it.
import { CommandRegistry } from '@lumino/commands';

import { RunView } from './api';
import { button, make } from './dom';
import { duration, MessageKey, t } from './i18n';
import { ID } from './ids';
import { Change, heldSentence, Project } from './project';

const PHASES: Partial<Record<NonNullable<RunView['phase']>, MessageKey>> = {
  starting: 'run.starting', 'looking-through': 'run.looking-through', building: 'run.building'
};
const STEPS: Record<RunView['unit'], MessageKey> = {
  pages: 'run.pages', documents: 'run.documents', reports: 'run.reports', tables: 'run.tables'
};
const FAILURES = 100; // failures that are listed; of more the number is given

export class RunBar {
  readonly node = make('section', { class: 'jp-wb-Run', 'aria-label': t('run.progress') });
  private dismissed = '';
  private opened = false;

  constructor(private readonly project: Project, private readonly commands: CommandRegistry) {
    project.changed.connect(this.onChange, this);
    this.draw();
  }

  dispose(): void {
    this.project.changed.disconnect(this.onChange, this);
  }

  private onChange(_: Project, _change: Change): void {
    this.draw();
  }

  private draw(): void {
    const { run, heldBy, lost, path, running } = this.project;
    const focused = this.node.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.do : undefined;
    const shown: (HTMLElement | null)[] = [];
    if (lost) {
      shown.push(make('p', { class: 'jp-wb-Run-lost', role: 'status' }, t('run.lost')));
    }
    if (heldBy && !running) {
      shown.push(make('p', { class: 'jp-wb-Run-held', role: 'status' }, heldSentence(heldBy)));
    }
    if (run && run.started !== this.dismissed) {
      shown.push(...this.ofRun(run));
    }
    if (path !== null && !running && !heldBy) {
      shown.push(this.idle());
    }
    this.node.hidden = path === null || !shown.length;
    this.node.replaceChildren(...shown.filter((one): one is HTMLElement => one !== null));
    if (focused) {
      this.node.querySelector<HTMLElement>(`[data-do=${focused}]`)?.focus();
    }
  }

  private idle(): HTMLElement {
    const fresh = this.project.documents.filter(row => row.status === 'new').length;
    return fresh
      ? button(t('run.ingest-new', { n: fresh }), () => void this.commands.execute(ID.ingestNew), { class: 'jp-wb-Button jp-mod-primary jp-mod-wide', 'data-do': 'ingest' })
      : make('p', { class: 'jp-wb-Quiet jp-wb-Run-idle' }, t('run.idle'));
  }

  private ofRun(run: RunView): (HTMLElement | null)[] {
    const running = run.state === 'running' || run.state === 'stopping';
    const what = t(`run.${run.kind}` as MessageKey);
    const state = running ? (run.state === 'stopping' ? `${what} · ${t('run.stopping')}` : what) : t(`run.${run.state}` as MessageKey, { what });
    const [done, all] = run.unit === 'documents' ? [run.documents_done, run.documents] : [run.pages_done, run.pages];
    return [
      make('div', { class: 'jp-wb-Line' },
        make('strong', { class: `jp-wb-Run-state jp-mod-${run.state}`, role: 'status' }, state),
        running ? this.stopButton(run) : button(t('run.dismiss'), () => this.dismiss(run), { 'data-do': 'dismiss' })),
      running ? progressBar(done, all) : null,
      make('p', { class: 'jp-wb-Run-facts' }, facts(run, running)),
      run.message && run.message !== state ? make('p', { class: run.state === 'failed' ? 'jp-wb-Run-failure' : 'jp-wb-Quiet', role: run.state === 'failed' ? 'alert' : undefined }, run.message) : null,
      run.note ? make('p', { class: 'jp-wb-Quiet' }, run.note) : null,
      run.copied?.length ? make('p', { class: 'jp-wb-Quiet', title: run.copied.join('\n') }, t('run.copied', { n: run.copied.length })) : null,
      run.failures.length ? this.failures(run) : null,
      !running && run.result?.path && ['report', 'export'].includes(run.kind) ? button(t('run.open-result'), () => void this.commands.execute(ID.openResult, { path: run.result!.path }), { class: 'jp-wb-Button jp-mod-wide', 'data-do': 'result' }) : null
    ];
  }

  private stopButton(run: RunView): HTMLElement {
    return button(run.state === 'stopping' ? t('run.stop-now') : t('run.stop'), () => void this.commands.execute(ID.stop), {
      class: 'jp-wb-Button jp-wb-Stop', title: t('run.stop.title'), 'data-do': 'stop'
    });
  }

  private dismiss(run: RunView): void {
    this.dismissed = run.started;
    this.draw();
  }

  private failures(run: RunView): HTMLElement {
    const details = make('details', { class: 'jp-wb-Failures', toggle: () => (this.opened = details.open) },
      make('summary', {}, t('run.failures', { n: run.documents_failed || run.failures.length })),
      make('ul', {}, ...run.failures.slice(0, FAILURES).map(failure => make('li', {},
        make('b', {}, failure.file + (failure.page ? ` · ${t('page', { n: failure.page })}` : '')), ' ', failure.reason))));
    details.open = this.opened;
    return details;
  }
}

function progressBar(done: number, all: number): HTMLElement {
  const known = all > 0;
  return make('div', {
    class: `jp-wb-Bar${known ? '' : ' jp-mod-unknown'}`, role: 'progressbar', 'aria-label': t('run.progress'), 'aria-valuemin': 0,
    'aria-valuemax': known ? all : undefined, 'aria-valuenow': known ? done : undefined
  }, make('span', { style: `width:${known ? (100 * done) / all : 30}%` }));
}

/** How far, how fast and how long still, as one line. */
function facts(run: RunView, running: boolean): string {
  const parts: string[] = [];
  if (run.pages) {
    parts.push(t(STEPS[run.unit], { done: run.pages_done, all: run.pages }));
  }
  if (run.documents && run.state !== 'stopped') { // a document of which some pages were left out is put together, too
    parts.push(t('run.documents', { done: run.documents_done, all: run.documents }));
  }
  if (run.pages_per_second && run.pages) {
    parts.push(t('run.speed', { n: run.pages_per_second.toPrecision(2) }));
  }
  if (running && run.seconds_left !== null && run.seconds_left !== undefined) {
    parts.push(t('run.left', { time: duration(run.seconds_left) }));
  }
  const phase = running && run.phase && PHASES[run.phase];
  if (phase) {
    parts.unshift(t(phase));
  }
  return parts.join(' · ');
}
