// A document: its pages at the left, its tables at the right, each showing where the other's choice stands.
import { CommandRegistry } from '@lumino/commands';
import { SplitPanel, Widget } from '@lumino/widgets';

import { Api, Box, CellsAnswer, CellView, DocumentAnswer, DocumentRow, FindingView, problemOf, ValueView } from './api';
import { chosenCard, ChosenView } from './chosen';
import { button, make, visible } from './dom';
import { t } from './i18n';
import { panelIcon } from './icons';
import { ID } from './ids';
import { notice } from './notices';
import { Pages } from './pages';
import { statusLabel } from './panel';
import { Change, Project } from './project';
import { Place, Tables } from './tables';

export class DocumentView extends SplitPanel {
  private readonly pages: Pages;
  private readonly tables: Tables;
  private readonly head = make('div', { class: 'jp-wb-Document-head' });
  private readonly problem = make('div', { class: 'jp-wb-Document-problem' });
  private card = chosenCard(null, () => undefined);
  private readonly left = new Widget();
  private readonly right = new Widget();
  private answer: DocumentAnswer | null = null;
  private id_ = '';
  private seen = '';
  private shown: ChosenView | null = null;

  constructor(private readonly api: Api, private readonly state: Project, private readonly commands: CommandRegistry,
    readonly project: string, readonly file: string, id: string) {
    super({ orientation: 'horizontal', spacing: 4 });
    this.id_ = id;
    this.addClass('jp-wb-Document');
    this.title.label = visible(file.split('/').pop()!);
    this.title.caption = visible(file);
    this.title.icon = panelIcon;
    this.title.closable = true;
    this.pages = new Pages({
      picture: (page, width) => api.picture('page', { project, id: this.id_, page, width }),
      cells: async page => (await api.get<CellsAnswer>('cells', { project, id: this.id_, page })).cells,
      choose: (page, cell) => this.chooseCell(page, cell)
    });
    this.tables = new Tables({
      chooseValue: (place, value, head) => void this.showValue(place, value, head), chooseFinding: finding => this.chooseFinding(finding)
    });
    this.left.addClass('jp-wb-Document-left');
    this.right.addClass('jp-wb-Document-right');
    this.left.node.append(this.pages.node);
    this.right.node.append(this.head, this.problem, this.tables.node, this.card);
    this.addWidget(this.left);
    this.addWidget(this.right);
    this.setRelativeSizes([0.55, 0.45]);
    state.changed.connect(this.onChange, this);
    void this.load();
  }

  dispose(): void {
    this.state.changed.disconnect(this.onChange, this);
    this.pages.dispose();
    super.dispose();
  }

  protected onActivateRequest(): void {
    this.left.node.querySelector<HTMLElement>('.jp-wb-Pages-view')?.focus({ preventScroll: true });
  }

  private get row(): DocumentRow | undefined {
    return this.state.path === this.project ? this.state.find(this.file) : undefined;
  }

  private onChange(_: Project, change: Change): void {
    const row = this.row;
    const now = row ? [row.id, row.status, row.to_review, row.errors, row.warnings].join(' ') : this.seen;
    if (change === 'documents' && now !== this.seen) {
      this.id_ = row?.id ?? this.id_;
      void this.load();
    }
  }

  private async load(): Promise<void> {
    const row = this.row;
    this.seen = row ? [row.id, row.status, row.to_review, row.errors, row.warnings].join(' ') : '';
    this.drawHead(row);
    if (!this.id_) {
      this.showUnread(row);
      return;
    }
    try {
      const answer = await this.api.get<DocumentAnswer>('document', { project: this.project, id: this.id_ });
      if (!this.isDisposed) {
        this.showAnswer(answer, row);
      }
    } catch (error) {
      this.showProblem(notice(problemOf(error), [{ label: t('retry'), run: () => void this.load() }]), true);
    }
  }

  /** A document without a result: it is new, or could not even be opened. */
  private showUnread(row: DocumentRow | undefined): void {
    const again = [{ label: t('ingest'), run: () => void this.commands.execute(ID.ingestChosen, { file: this.file }) }];
    const what = row?.status === 'failed'
      ? notice({ code: 'failed', message: t('document.failed'), way_out: row.reason }, again)
      : notice({ code: 'new', message: t('document.new'), way_out: t('document.new.way') }, again, 'info');
    this.showProblem(what, true);
  }

  private showAnswer(answer: DocumentAnswer, row: DocumentRow | undefined): void {
    this.answer = answer;
    const failed = answer.status === 'failed' || answer.status === 'partial';
    this.showProblem(failed && answer.reason ? notice({ code: answer.status, message: answer.reason, way_out: '' }) : null, false);
    this.drawHead(row);
    this.tables.show(answer);
    const pictures = answer.pages.some(page => page.picture !== false);
    this.left.node.classList.toggle('jp-mod-empty', !pictures);
    this.left.node.replaceChildren(pictures ? this.pages.node : make('p', { class: 'jp-wb-Quiet jp-wb-Middle' }, answer.picture_problem || t('page.none')));
    this.pages.show(answer.pages);
  }

  private showProblem(problem: HTMLElement | null, alone: boolean): void {
    this.problem.replaceChildren(...(problem ? [problem] : []));
    this.tables.node.hidden = this.card.hidden = alone;
    if (alone) {
      this.left.node.replaceChildren(make('p', { class: 'jp-wb-Quiet jp-wb-Middle' }, this.file));
    }
  }

  private drawHead(row: DocumentRow | undefined): void {
    const form = this.answer?.forms[0];
    const facts = [form?.department, form?.project, form?.year && t('year', { n: form.year })].filter(Boolean).join(' · ');
    this.head.replaceChildren(
      make('div', {}, make('h2', {}, this.file.split('/').pop()!), make('p', { class: 'jp-wb-Quiet' }, facts || row?.department || this.file)),
      ...(row ? [make('span', { class: `jp-wb-Status jp-mod-${row.status}` }, statusLabel(row))] : []),
      button(t('review'), () => void this.commands.execute(ID.review, { project: this.project, scope: { document: this.id_, name: this.title.label } }),
        { class: 'jp-wb-Button jp-mod-primary', disabled: !this.id_ || row?.status === 'failed' }));
  }

  private chooseCell(page: number, cell: CellView): void {
    this.pages.mark(page, cell.box);
    const first = cell.values?.[0];
    const found = first && this.tables.reveal(first);
    const title = first ? first.head || found?.head || first.field : t('no-field');
    const about = found ? this.findings(found.value.findings) : this.answer?.findings.filter(one => one.page === page && one.box && same(one.box, cell.box)) ?? [];
    this.showCard({ title, cell, value: found?.value, findings: about });
  }

  private async showValue(place: Place, value: ValueView, head: string): Promise<void> {
    const shown: ChosenView = { title: head, value, findings: this.findings(value.findings), note: value.box ? '' : t('no-place') };
    this.showCard(shown);
    if (value.page && value.box) {
      this.pages.mark(value.page, value.box);
      const cells = await this.pages.cellsOf(value.page).catch(() => []);
      const cell = cells.find(one => one.values?.some(of => of.table === place.table && of.form === place.form && of.record === place.record && of.field === place.field));
      if (cell && this.shown === shown) {
        this.showCard({ ...shown, cell });
      }
    }
  }

  private chooseFinding(finding: FindingView): void {
    const place = finding.table && finding.field ? { form: finding.form ?? this.answer?.forms[0]?.form_id ?? '', table: finding.table, record: finding.record, field: finding.field } : null;
    const found = place && this.tables.reveal(place);
    if (place && found) {
      void this.showValue(place, found.value, found.head);
    } else {
      this.showCard({ title: finding.message, findings: [], note: sums(finding) });
    }
    const page = finding.page ?? found?.value.page;
    if (page) {
      this.pages.mark(page, finding.box ?? found?.value.box ?? null);
    }
  }

  private showCard(shown: ChosenView): void {
    this.shown = shown;
    const card = chosenCard(shown, finding => this.chooseFinding(finding));
    this.card.replaceWith(card);
    this.card = card;
  }

  private findings(ids: number[]): FindingView[] {
    return this.answer?.findings.filter(finding => ids.includes(finding.id)) ?? [];
  }
}

const same = (a: Box, b: Box): boolean => a.every((side, at) => Math.abs(side - b[at]) < 1);

const sums = (finding: FindingView): string =>
  [finding.expected && `${t('expected')} ${finding.expected}`, finding.found && `${t('found')} ${finding.found}`].filter(Boolean).join('，');
