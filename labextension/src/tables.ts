// The tables of a document beside its pages: one tab a table, and one for the findings.
import { DocumentAnswer, FindingView, RecordRow, TableName, TableView, ValueView } from './api';
import { make } from './dom';
import { MessageKey, t } from './i18n';

const CHUNK = 150; // rows that are drawn at a time
const SEVERITIES = ['error', 'warning', 'info'];
const TABS = ['indicators', 'budgets', 'goals', 'forms', 'findings'] as const;
type Tab = (typeof TABS)[number];

/** A value of a table: where it stands in the dataset. */
export interface Place {
  form: string;
  table: TableName;
  record: number | null;
  field: string;
}

export const keyOf = (place: Place): string => [place.table, place.form, place.record ?? '', place.field].join('\t');

export interface TablesOptions {
  chooseValue: (place: Place, value: ValueView, head: string) => void;
  chooseFinding: (finding: FindingView) => void;
}

export class Tables {
  readonly node: HTMLElement;
  private readonly tabs = make('div', { class: 'jp-wb-Tabs', role: 'tablist', 'aria-label': t('tables'), keydown: (event: KeyboardEvent) => this.tabKey(event) });
  private readonly body = make('div', { class: 'jp-wb-Table-view', role: 'tabpanel', scroll: () => this.more(), keydown: (event: KeyboardEvent) => this.valueKey(event) });
  private answer: DocumentAnswer | null = null;
  private tab: Tab = 'indicators';
  private rest: (() => HTMLElement)[] = [];
  private target: HTMLElement | null = null;
  private chosen = '';

  constructor(private readonly options: TablesOptions) {
    this.node = make('div', { class: 'jp-wb-Tables' }, this.tabs, this.body);
  }

  show(answer: DocumentAnswer): void {
    this.answer = answer;
    if (!this.count(this.tab)) {
      this.tab = TABS.find(tab => this.count(tab)) ?? 'indicators';
    }
    this.draw();
  }

  /** Bring a value into view and choose it; gives it, or undefined where there is none. */
  reveal(place: Place): { value: ValueView; head: string } | undefined {
    const table = this.answer?.tables[place.table];
    const row = table?.rows.find(one => one.form === place.form && one.record === place.record);
    const value = row?.values[place.field];
    if (!table || !value) {
      return undefined;
    }
    this.chosen = keyOf(place);
    if (this.tab !== place.table) {
      this.tab = place.table;
      this.draw();
    }
    while (!this.byKey(this.chosen) && this.rest.length) {
      this.grow();
    }
    this.highlight();
    this.byKey(this.chosen)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    return { value, head: table.heads[table.columns.indexOf(place.field)] ?? place.field };
  }

  private count(tab: Tab): number {
    return tab === 'findings' ? this.answer?.findings.length ?? 0 : this.answer?.tables[tab]?.rows.length ?? 0;
  }

  private draw(): void {
    const shown = TABS.filter(tab => tab !== 'forms' || this.count(tab));
    this.tabs.replaceChildren(...shown.map(tab => make('button', {
      type: 'button', role: 'tab', 'data-tab': tab, 'aria-selected': String(tab === this.tab), tabindex: tab === this.tab ? 0 : -1,
      class: 'jp-wb-Tab', click: () => this.open(tab)
    }, t(`table.${tab}` as MessageKey), make('span', { class: 'jp-wb-Tab-count' }, this.count(tab)))));
    this.body.setAttribute('aria-label', t(`table.${this.tab}` as MessageKey));
    this.body.scrollTop = 0;
    this.target = null;
    if (this.tab === 'findings') {
      this.drawFindings();
    } else {
      this.drawTable(this.tab, this.answer?.tables[this.tab]);
    }
    this.grow();
    this.highlight();
  }

  private open(tab: Tab): void {
    this.tab = tab;
    this.draw();
    this.tabs.querySelector<HTMLElement>(`[data-tab=${tab}]`)?.focus();
  }

  private tabKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const tabs = [...this.tabs.children] as HTMLElement[], at = tabs.findIndex(tab => tab.dataset.tab === this.tab);
      this.open(tabs[(at + step + tabs.length) % tabs.length].dataset.tab as Tab);
      event.preventDefault();
    }
  }

  private drawTable(name: TableName, table: TableView | undefined): void {
    if (!table?.rows.length) {
      this.body.replaceChildren(make('p', { class: 'jp-wb-Quiet' }, t('table.empty')));
      this.rest = [];
      return;
    }
    const several = new Set(table.rows.map(row => row.form)).size > 1;
    const body = make('tbody');
    this.target = body;
    this.body.replaceChildren(make('table', { class: 'jp-wb-Table' },
      make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, '#'), ...table.heads.map(head => make('th', { scope: 'col' }, head)))), body));
    this.rest = [];
    let form = '';
    for (const row of table.rows) {
      if (several && row.form !== form) {
        const title = this.formTitle(row.form);
        this.rest.push(() => make('tr', { class: 'jp-wb-Table-form' }, make('th', { scope: 'rowgroup', colspan: table.columns.length + 1 }, title)));
      }
      form = row.form;
      this.rest.push(() => this.row(name, table, row));
    }
  }

  private formTitle(id: string): string {
    const forms = this.answer?.forms ?? [], at = forms.findIndex(one => one.form_id === id), form = forms[at];
    return [t('form', { n: at + 1 }), form?.department, form?.project, form?.year && t('year', { n: form.year })].filter(Boolean).join(' · ');
  }

  private row(name: TableName, table: TableView, row: RecordRow): HTMLElement {
    return make('tr', {}, make('th', { scope: 'row' }, row.record ?? ''), ...table.columns.map((field, at) => {
      const value = row.values[field];
      if (!value) {
        return make('td');
      }
      const place: Place = { form: row.form, table: name, record: row.record, field };
      const choose = (): void => {
        this.chosen = keyOf(place);
        this.highlight();
        this.options.chooseValue(place, value, table.heads[at]);
      };
      return make('td', {}, make('button', {
        type: 'button', tabindex: -1, 'data-key': keyOf(place), click: choose, title: value.text ?? '',
        class: `jp-wb-Value jp-mod-${value.state}${value.flagged ? ' jp-mod-flagged' : ''}${isNumeric(value) ? ' jp-mod-number' : ''}`
      }, make('span', {}, value.text || '—')));
    }));
  }

  private drawFindings(): void {
    const findings = this.answer?.findings ?? [];
    if (!findings.length) {
      this.body.replaceChildren(make('p', { class: 'jp-wb-Quiet' }, t('findings.none')));
      this.rest = [];
      return;
    }
    this.target = make('ul', { class: 'jp-wb-FindingList' });
    this.body.replaceChildren(this.target);
    const first = [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    this.rest = first.map(finding => () => make('li', {}, findingButton(finding, () => this.options.chooseFinding(finding))));
  }

  private more(): void {
    if (this.rest.length && this.body.scrollTop + this.body.clientHeight > this.body.scrollHeight - 400) {
      this.grow();
    }
  }

  private grow(): void {
    this.target?.append(...this.rest.splice(0, CHUNK).map(draw => draw()));
    const first = this.body.querySelector<HTMLElement>('button[tabindex="0"]') ?? this.body.querySelector<HTMLElement>('.jp-wb-Value');
    first?.setAttribute('tabindex', '0');
  }

  private byKey(key: string): HTMLElement | null {
    return this.body.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  }

  private highlight(): void {
    this.body.querySelectorAll('.jp-mod-chosen').forEach(node => node.classList.remove('jp-mod-chosen'));
    const value = this.chosen ? this.byKey(this.chosen) : null;
    value?.classList.add('jp-mod-chosen');
    value?.closest('tr')?.classList.add('jp-mod-chosen');
    if (value) {
      this.body.querySelectorAll('.jp-wb-Value[tabindex="0"]').forEach(node => node.setAttribute('tabindex', '-1'));
      value.setAttribute('tabindex', '0');
    }
  }

  /** Arrows move from value to value, as in a spreadsheet. */
  private valueKey(event: KeyboardEvent): void {
    const cell = (event.target as HTMLElement).closest('td'), row = cell?.parentElement;
    if (!cell || !row || !event.key.startsWith('Arrow')) {
      return;
    }
    event.preventDefault();
    const at = [...row.children].indexOf(cell);
    const steps: Record<string, () => Element | null | undefined> = {
      ArrowLeft: () => cell.previousElementSibling, ArrowRight: () => cell.nextElementSibling,
      ArrowUp: () => row.previousElementSibling?.children[at], ArrowDown: () => row.nextElementSibling?.children[at]
    };
    const next = steps[event.key]()?.querySelector<HTMLElement>('button');
    next?.focus();
    next?.click();
  }
}

const isNumeric = (value: ValueView): boolean => typeof value.value === 'number';

/** A finding as a button: its severity in words for screen readers, its sentence and its page. */
export function findingButton(finding: FindingView, run: () => void): HTMLElement {
  return make('button', { type: 'button', class: `jp-wb-Finding jp-mod-${finding.severity}`, click: run },
    make('span', { class: 'jp-wb-Dot', role: 'img', 'aria-label': t(`severity.${finding.severity}` as MessageKey), title: t(`severity.${finding.severity}` as MessageKey) }),
    make('span', { class: 'jp-wb-Finding-message' }, finding.message),
    make('span', { class: 'jp-wb-Finding-where' }, [finding.page ? t('page', { n: finding.page }) : '', finding.code].filter(Boolean).join(' · ')));
}
