// The side panel: the project's documents, and its run below them.
import { CommandRegistry } from '@lumino/commands';
import { Message } from '@lumino/messaging';
import { Menu, Widget } from '@lumino/widgets';

import { DocumentRow, DocumentStatus } from './api';
import { button, make, quieted, visible } from './dom';
import { MessageKey, t } from './i18n';
import { panelIcon } from './icons';
import { ID } from './ids';
import { notice, Way } from './notices';
import { Change, Project } from './project';
import { RunBar } from './runbar';
import { VirtualList } from './virtual';

const ROW = 50; // height of a row, CSS pixels
const TYPING = 120; // milliseconds of quiet before a search

type Filter = 'all' | 'new' | 'review' | 'read' | 'failed';
const FILTERS: Record<Filter, DocumentStatus[] | null> = {
  all: null, new: ['new', 'reading'], review: ['review'], read: ['read', 'review', 'partial'], failed: ['failed', 'partial', 'gone']
};
const ORDER: DocumentStatus[] = ['reading', 'failed', 'partial', 'review', 'new', 'gone', 'read'];

const text = (a: string, b: string): number => a.localeCompare(b, 'zh', { numeric: true });
const SORTS: Record<string, (a: DocumentRow, b: DocumentRow) => number> = {
  file: (a, b) => text(a.file, b.file),
  status: (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.to_review - a.to_review,
  department: (a, b) => text(a.department || '\uffff', b.department || '\uffff') || text(a.file, b.file),
  year: (a, b) => text(String(b.year || ''), String(a.year || '')) || text(a.file, b.file),
  errors: (a, b) => b.errors - a.errors || b.warnings - a.warnings || b.infos - a.infos
};

/** What a row's state is called, and the sentence behind it. */
export function statusLabel(row: DocumentRow): string {
  return row.status === 'review' ? t('status.review', { n: row.to_review }) : t(`status.${row.status}` as MessageKey);
}

export class Panel extends Widget {
  private readonly list: VirtualList<DocumentRow>;
  private readonly runBar: RunBar;
  private readonly menu: Menu;
  private filter: Filter = 'all';
  private sort = 'file';
  private sorted: DocumentRow[] = [];
  private haystacks = new Map<DocumentRow, string>();

  private readonly title_ = make('h2', { class: 'jp-wb-Panel-title' });
  private readonly problem = make('div', { class: 'jp-wb-Panel-problem' });
  private readonly search = make('input', {
    type: 'search', class: 'jp-wb-Search', placeholder: t('search.short'), title: t('search'), 'aria-label': t('search'), input: quieted(() => this.showRows(), TYPING)
  });
  private readonly order = make('select', { 'aria-label': t('sort'), title: t('sort'), change: () => this.reorder() },
    ...Object.keys(SORTS).map(name => make('option', { value: name }, t(`sort.${name}` as MessageKey))));
  private readonly chips = make('div', { class: 'jp-wb-Chips', role: 'group', 'aria-label': t('filter') });
  private readonly tools: HTMLElement;
  private readonly empty = make('div', { class: 'jp-wb-Panel-empty' });

  constructor(private readonly project: Project, private readonly commands: CommandRegistry, menu: Menu) {
    super();
    this.id = ID.panel;
    this.addClass('jp-wb-Panel');
    this.title.icon = panelIcon;
    this.title.caption = t('workbench');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', t('workbench'));
    this.list = new VirtualList<DocumentRow>({
      label: t('documents'), rowHeight: ROW, keyOf: row => row.file, draw: drawRow, open: row => this.run(ID.openDocument, { file: row.file })
    });
    this.runBar = new RunBar(project, commands);
    this.menu = menu;
    this.tools = make('div', { class: 'jp-wb-Panel-tools' }, make('div', { class: 'jp-wb-Line' }, this.search, this.order), this.chips);
    this.node.append(
      make('div', { class: 'jp-wb-Panel-head' }, this.title_,
        button('⟳', () => this.run(ID.refresh), { title: t('refresh'), 'aria-label': t('refresh') }),
        button('⋯', event => this.openMenu(event), { title: t('more'), 'aria-label': t('more'), 'aria-haspopup': 'menu' })),
      this.problem, this.tools, this.empty, this.list.node, this.runBar.node);
    this.list.node.addEventListener('contextmenu', event => this.openMenu(event));
    project.changed.connect(this.onChange, this);
    this.showAll();
  }

  dispose(): void {
    this.project.changed.disconnect(this.onChange, this);
    this.list.dispose();
    this.runBar.dispose();
    super.dispose();
  }

  /** The documents that are chosen in the list. */
  get selection(): DocumentRow[] {
    return this.list.selection;
  }

  protected onAfterShow(_: Message): void {
    this.project.refreshSoon();
  }

  protected onActivateRequest(_: Message): void {
    (this.tools.hidden ? this.node.querySelector<HTMLElement>('button') : this.list.node)?.focus();
  }

  private run(command: string, args: Record<string, any> = {}): void {
    void this.commands.execute(command, args);
  }

  private openMenu(event: MouseEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const frame = (event.target as Element).getBoundingClientRect();
    const byKey = event.detail === 0 && event.clientX === 0;
    this.menu.open(byKey ? frame.left : event.clientX, byKey ? frame.bottom : event.clientY);
  }

  private onChange(_: Project, change: Change): void {
    if (change !== 'run') {
      this.showAll();
    }
  }

  private showAll(): void {
    const { view, problem, path } = this.project;
    this.title_.textContent = visible(view?.project != null ? view.name : t('workbench'));
    this.title_.title = visible(path ?? '');
    this.problem.replaceChildren(...(problem ? [notice(problem, this.waysOut(problem.code), problem.code === 'no-project' ? 'info' : 'error')] : []));
    this.tools.hidden = this.list.node.hidden = path === null;
    this.haystacks.clear();
    this.reorder();
  }

  private waysOut(code: string): Way[] {
    const ways: Way[] = [];
    if (code === 'no-project') {
      ways.push({ label: t('new-project'), run: () => this.run(ID.newProject) });
      for (const { project, name } of this.project.view?.near ?? []) {
        ways.push({ label: name, run: () => void this.project.look(project) });
      }
    } else if (['old-dataset', 'damaged-dataset'].includes(code)) {
      ways.push({ label: t('rebuild'), run: () => this.run(ID.rebuild) });
    } else if (code !== 'no-files') {
      ways.push({ label: t('retry'), run: () => this.run(ID.refresh) });
    }
    return ways;
  }

  private reorder(): void {
    this.sort = this.order.value;
    this.sorted = [...this.project.documents].sort(SORTS[this.sort]);
    this.showRows();
  }

  private showRows(): void {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? this.sorted.filter(row => words.every(word => this.haystack(row).includes(word))) : this.sorted;
    const wanted = FILTERS[this.filter];
    const rows = wanted ? found.filter(row => wanted.includes(row.status)) : found;
    this.showChips(found);
    this.list.show(rows);
    this.showEmpty(rows.length);
  }

  private showChips(found: DocumentRow[]): void {
    const count = (statuses: DocumentStatus[] | null): number =>
      statuses ? found.filter(row => statuses.includes(row.status)).length : found.length;
    const shown = (Object.keys(FILTERS) as Filter[]).map(name =>
      make('button', {
        type: 'button', class: 'jp-wb-Chip', 'data-filter': name, 'aria-pressed': String(name === this.filter),
        click: () => {
          this.filter = name;
          this.showRows();
          this.chips.querySelector<HTMLElement>(`[data-filter=${name}]`)?.focus();
        }
      }, t(`filter.${name}` as MessageKey, { n: count(FILTERS[name]) })));
    this.chips.replaceChildren(...shown);
  }

  private showEmpty(rows: number): void {
    const { path, loaded, problem, documents } = this.project;
    this.list.node.hidden = path === null || rows === 0;
    const shown: HTMLElement[] = [];
    if (path === null && !problem) {
      shown.push(make('p', { class: 'jp-wb-Quiet', role: 'status' }, t('loading')));
    } else if (path !== null && !rows) {
      if (!loaded && !problem) {
        shown.push(make('p', { class: 'jp-wb-Quiet', role: 'status' }, t('loading')));
      } else if (loaded && !documents.length && problem?.code !== 'no-files') {
        shown.push(notice({ code: 'no-documents', message: t('no-documents'), way_out: t('no-documents.way') }, [
          { label: t('show-folder'), run: () => this.run(ID.showFolder) }], 'info'));
      } else if (documents.length) {
        shown.push(notice({ code: 'no-match', message: t('no-match'), way_out: '' }, [
          { label: t('clear-filter'), run: () => this.clear() }], 'info'));
      }
    }
    this.empty.hidden = !shown.length;
    this.empty.replaceChildren(...shown);
  }

  private clear(): void {
    this.search.value = '';
    this.filter = 'all';
    this.showRows();
  }

  private haystack(row: DocumentRow): string {
    let found = this.haystacks.get(row);
    if (found === undefined) {
      found = [row.file, row.department, row.year, statusLabel(row), row.reason].join('\n').toLowerCase();
      this.haystacks.set(row, found);
    }
    return found;
  }
}

/** The content of a document's row: its name and state, and below them what is known of it. */
function drawRow(row: DocumentRow, node: HTMLElement): void {
  const name = row.file.split('/').pop()!, facts = [row.department, row.year && t('year', { n: row.year }), row.pages && t('pages', { n: row.pages })];
  const failed = ['failed', 'partial', 'gone'].includes(row.status);
  const counts = (['errors', 'warnings', 'infos'] as const).filter(kind => row[kind] > 0);
  const said = t('severities', { errors: row.errors, warnings: row.warnings, infos: row.infos });
  node.dataset.file = row.file;
  node.dataset.status = row.status;
  node.title = visible([row.file, row.reason].filter(Boolean).join('\n'));
  node.append(
    make('span', { class: 'jp-wb-Row-name' }, name),
    make('span', { class: `jp-wb-Status jp-mod-${row.status}` }, statusLabel(row)),
    make('span', { class: `jp-wb-Row-facts${failed ? ' jp-mod-failed' : ''}` }, failed && row.reason ? row.reason : facts.filter(Boolean).join(' · ') || row.file),
    make('span', { class: 'jp-wb-Row-counts', title: counts.length ? said : undefined, role: 'img', 'aria-label': counts.length ? said : undefined },
      ...counts.map(kind => make('span', { class: `jp-wb-Count jp-mod-${kind}`, 'aria-hidden': 'true' }, row[kind]))));
  if (!counts.length) {
    node.querySelector('.jp-wb-Row-counts')!.remove();
  }
}
