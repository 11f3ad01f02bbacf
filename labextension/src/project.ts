// The project in front: its documents and its run, as the server has them; every view listens to this one state.
import { ISignal, Signal } from '@lumino/signaling';

import { Api, DocumentRow, Holder, ProblemView, problemOf, ProjectView, Refused, RunAnswer, RunView } from './api';
import { quieted } from './dom';
import { t } from './i18n';

export type Change = 'project' | 'documents' | 'run';
export type RunKind = RunView['kind'];

const PACE = 4000; // milliseconds between two lists while a run goes on
const QUIET = 400; // milliseconds after a file has changed until the list is asked for again

interface DocumentsAnswer {
  version: string;
  columns: (keyof DocumentRow)[];
  rows: unknown[][];
}

export class Project {
  view: ProjectView | null = null;
  /** Why there is nothing to show, or null. */
  problem: ProblemView | null = null;
  documents: DocumentRow[] = [];
  /** Whether `documents` are those of the project, or are still on their way. */
  loaded = false;
  run: RunView | null = null;
  heldBy: Holder | null = null;
  /** Whether the stream of events is interrupted. */
  lost = false;

  private _changed = new Signal<this, Change>(this);
  private _ended = new Signal<this, RunView>(this);
  private stream: EventSource | null = null;
  private version = '';
  private asked = 0;
  private listed = 0;
  private listedAt = 0;

  constructor(readonly api: Api) {}

  get changed(): ISignal<this, Change> {
    return this._changed;
  }
  /** A run that was seen running has ended. */
  get ended(): ISignal<this, RunView> {
    return this._ended;
  }
  get path(): string | null {
    return this.view?.project ?? null;
  }
  get running(): boolean {
    return this.run?.state === 'running' || this.run?.state === 'stopping';
  }

  /** Show the project at or above a folder; without one, the project in front stays, if there is one. */
  async look(path: string): Promise<void> {
    const turn = ++this.asked;
    try {
      const view = await this.api.get<ProjectView>('project', { path });
      if (turn !== this.asked) {
        return;
      }
      if (view.project === null && this.path !== null) {
        return;
      }
      this.take(view);
    } catch (error) {
      if (turn === this.asked) {
        this.fail(problemOf(error));
      }
    }
  }

  async create(path: string, name: string): Promise<ProjectView> {
    const view = await this.api.post<ProjectView>('project', { path, name });
    this.asked++;
    this.take(view);
    return view;
  }

  /** Ask the server anew for all that is shown. */
  async refresh(): Promise<void> {
    await this.look(this.path ?? '');
    if (this.path !== null) {
      await this.list();
    }
  }

  /** The list again, soon: files changed. */
  readonly refreshSoon = quieted(() => void this.list(), QUIET);

  async start(kind: RunKind, paths: string[] | null, options: Record<string, unknown>): Promise<void> {
    const body = { project: this.path, kind, paths, options: without(options) };
    try {
      this.takeRun(await this.api.post<RunAnswer>('run', body));
    } catch (error) {
      if (error instanceof Refused && error.code === 'run-held') {
        this.heldBy = error.answer?.held_by ?? null;
        this._changed.emit('run');
      }
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.takeRun(await this.api.post<RunAnswer>('run/stop', { project: this.path }));
  }

  find(file: string): DocumentRow | undefined {
    return this.documents.find(row => row.file === file);
  }

  private take(view: ProjectView): void {
    const moved = view.project !== this.path;
    this.view = view;
    this.problem = view.problem;
    if (moved) {
      this.documents = [];
      this.loaded = false;
      this.run = this.heldBy = null;
      this.version = '';
      this.listen();
    }
    this._changed.emit('project');
    if (moved && view.project !== null) {
      void this.list();
    }
  }

  private fail(problem: ProblemView): void {
    this.problem = problem;
    this._changed.emit('project');
  }

  private listen(): void {
    this.stream?.close();
    this.stream = null;
    this.lost = false;
    if (this.path === null) {
      return;
    }
    const stream = (this.stream = this.api.events(this.path));
    stream.onopen = () => this.setLost(false);
    stream.onerror = () => this.setLost(true);
    stream.addEventListener('run', event => this.takeRun(JSON.parse((event as MessageEvent).data)));
    stream.addEventListener('dataset', event => {
      const { version } = JSON.parse((event as MessageEvent).data);
      if (version !== this.version) {
        void this.refresh();
      }
    });
  }

  private setLost(lost: boolean): void {
    if (lost !== this.lost) {
      this.lost = lost;
      this._changed.emit('run');
    }
  }

  private takeRun({ run, held_by }: RunAnswer): void {
    const before = this.run, ran = this.running;
    this.run = run;
    this.heldBy = held_by;
    this._changed.emit('run');
    if (this.running && !ran) {
      this.refreshSoon();
    }
    if (run && ran && before?.id === run.id && !this.running) {
      this._ended.emit(run);
      this.refreshSoon();
    } else if (this.running && before?.documents_done !== run?.documents_done && Date.now() - this.listedAt > PACE) {
      this.refreshSoon();
    }
  }

  private async list(): Promise<void> {
    const project = this.path, turn = ++this.listed;
    if (project === null) {
      return;
    }
    this.listedAt = Date.now();
    try {
      const answer = await this.api.get<DocumentsAnswer>('documents', { project });
      if (turn !== this.listed || project !== this.path) {
        return;
      }
      this.version = answer.version;
      this.documents = answer.rows.map(
        row => Object.fromEntries(answer.columns.map((name, at) => [name, row[at]])) as unknown as DocumentRow
      );
      this.loaded = true;
      this.problem = this.view?.problem ?? null;
      this._changed.emit('documents');
    } catch (error) {
      if (turn === this.listed) {
        this.fail(problemOf(error));
      }
    }
  }
}

/** Options that have a value. */
function without(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => ![null, undefined, ''].includes(value as any)));
}

/** Who holds the project, as a sentence. */
export function heldSentence(holder: Holder): string {
  return holder.message || t('run.held.by', { who: holder.who, pid: holder.pid, since: holder.since });
}
