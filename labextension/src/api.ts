// The server's answers, as docs/lab-api.md describes them, and how they are asked for.
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { language, t } from './i18n';

export type Severity = 'error' | 'warning' | 'info';
export type DocumentStatus = 'new' | 'reading' | 'read' | 'review' | 'partial' | 'failed' | 'gone';
export type Box = [number, number, number, number];
export type TableName = 'forms' | 'indicators' | 'budgets' | 'goals';

export interface ProblemView {
  code: string;
  message: string;
  way_out: string;
}

export interface ProjectView {
  project: string | null;
  name: string;
  raw: string;
  has_dataset: boolean;
  documents: number;
  to_review: number;
  problem: ProblemView | null;
  near?: { project: string; name: string }[];
}

export interface DocumentRow {
  id: string;
  file: string;
  status: DocumentStatus;
  department: string;
  year: string;
  pages: number;
  errors: number;
  warnings: number;
  infos: number;
  to_review: number;
  reason: string;
  error: string;
}

export interface Failure {
  file: string;
  page?: number | null;
  reason: string;
}

export interface RunView {
  id: number;
  started: string;
  kind: 'ingest' | 'rebuild' | 'report' | 'export';
  state: 'running' | 'stopping' | 'done' | 'failed' | 'stopped';
  pages_done: number;
  pages: number;
  documents_done: number;
  documents: number;
  unit: 'pages' | 'documents' | 'reports' | 'tables'; // what `pages` counts; a rebuild has only documents
  failures: Failure[];
  documents_failed?: number;
  copied?: string[];
  pages_per_second: number | null;
  seconds_left: number | null;
  message: string;
  note?: string;
  phase?: 'starting' | 'looking-through' | 'working' | 'building' | 'ended';
  result: { path: string } | null;
}

export interface Holder {
  who: string;
  pid: number;
  since: string;
  message: string;
}

export interface RunAnswer {
  run: RunView | null;
  held_by: Holder | null;
}

export interface PageSize {
  page: number;
  width: number;
  height: number;
  picture?: boolean;
}

export interface ValueView {
  text: string | null;
  value: number | string | null;
  machine?: string | null;
  state: string;
  flagged?: boolean;
  confidence: number | null;
  page: number | null;
  box: Box | null;
  findings: number[];
}

export interface RecordRow {
  record: number | null;
  form: string;
  values: Record<string, ValueView>;
}

export interface TableView {
  columns: string[];
  heads: string[];
  rows: RecordRow[];
}

export interface FindingView {
  id: number;
  code: string;
  severity: Severity;
  message: string;
  page: number | null;
  box: Box | null;
  form?: string | null;
  table: TableName | null;
  record: number | null;
  field: string | null;
  cause_id: string | null;
  expected: string | null;
  found: string | null;
}

export interface DocumentAnswer {
  id: string;
  file: string;
  status: DocumentStatus;
  reason: string;
  forms: { form_id: string; department: string | null; year: number | null; project: string | null }[];
  pages: PageSize[];
  tables: Partial<Record<TableName, TableView>>;
  findings: FindingView[];
  picture_problem?: string;
}

export interface CellView {
  box: Box;
  row: number;
  column: number;
  row_span: number;
  column_span: number;
  text: string;
  confidence: number | null;
  state: 'text' | 'empty' | 'unread' | 'obscured';
  look?: 'sure' | 'doubtful' | 'empty';
  second?: string | null;
  table?: number;
  values?: { table: TableName; record: number | null; form: string; field: string; head: string }[];
}

export interface CellsAnswer extends PageSize {
  cells: CellView[];
}

export interface GridAnswer extends CellsAnswer {
  pages: number;
  state: 'done' | 'reading';
}

export interface CauseGroup {
  cause_id: string;
  code: string;
  severity: Severity;
  department: string;
  document_ids: string[];
  files: string[];
  count: number;
  values: number;
  message: string;
  consequence: 'numbers' | 'texts' | 'remark';
  reviewed: boolean;
}

export interface ChoicesAnswer {
  departments: string[];
  years: number[];
  pairs: [string, number | null][];
}

export type Query = Record<string, string | number | undefined>;

/** A request that the server refused or that did not reach it: a sentence and what to do. */
export class Refused extends Error {
  constructor(readonly code: string, message: string, readonly wayOut: string, readonly answer: any = null) {
    super(message);
  }
  get problem(): ProblemView {
    return { code: this.code, message: this.message, way_out: this.wayOut };
  }
}

/** What to show for anything that was thrown. */
export function problemOf(error: unknown): ProblemView {
  return error instanceof Refused ? error.problem : { code: 'unexpected', message: String(error), way_out: '' };
}

/** The workbench's endpoints on the server. */
export class Api {
  constructor(readonly settings: ServerConnection.ISettings) {}

  url(endpoint: string, query: Query = {}): string {
    const given = Object.entries({ ...query, lang: language() }).filter(([, value]) => value !== undefined);
    const asked = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return `${URLExt.join(this.settings.baseUrl, 'workbench/api/v1', endpoint)}?${asked}`;
  }

  async get<T>(endpoint: string, query: Query = {}): Promise<T> {
    return (await this.request(this.url(endpoint, query), {})).json();
  }

  async post<T>(endpoint: string, body: object): Promise<T> {
    return (await this.request(this.url(endpoint), { method: 'POST', body: JSON.stringify(body) })).json();
  }

  /** A picture as an object URL; whoever asked for it revokes it. */
  async picture(endpoint: string, query: Query): Promise<string> {
    const response = await this.request(this.url(endpoint, query), {}, 'default');
    return URL.createObjectURL(await response.blob());
  }

  /** Events of a project; the browser connects again by itself. */
  events(project: string): EventSource {
    const address = new URL(this.url('events', { project }), window.location.href);
    if (this.settings.appendToken && this.settings.token) {
      address.searchParams.set('token', this.settings.token);
    }
    return new EventSource(address.href, { withCredentials: true });
  }

  private async request(address: string, init: RequestInit, cache: RequestCache = 'no-store'): Promise<Response> {
    let response: Response;
    const settings = { ...this.settings, init: { ...this.settings.init, cache } };
    try {
      response = await ServerConnection.makeRequest(address, init, settings);
    } catch {
      throw new Refused('offline', t('problem.offline'), t('problem.offline.way'));
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
  }
}

async function refusal(response: Response): Promise<Refused> {
  const answer = await response.json().catch(() => null);
  if (answer && typeof answer.code === 'string') {
    return new Refused(answer.code, answer.message, answer.way_out ?? '', answer);
  }
  if (response.status === 404) {
    return new Refused('server-disabled', t('problem.disabled'), t('problem.disabled.way'));
  }
  return new Refused('http', `${t('problem')} (${response.status} ${response.statusText})`, '');
}
