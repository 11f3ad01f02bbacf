// The findings of the whole project, grouped by cause and department, the most consequential first.
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import { Api, CauseGroup, problemOf } from './api';
import { button, make } from './dom';
import { MessageKey, t } from './i18n';
import { findingsIcon } from './icons';
import { ID } from './ids';
import { notice } from './notices';
import { Change, Project } from './project';

const FIRST = 10; // causes on the first screen
const MORE = 40; // causes that are added at a time

interface FindingsAnswer {
  total: number;
  groups: CauseGroup[];
}

export class FindingsView extends Widget {
  private answer: FindingsAnswer | null = null;
  private shown = FIRST;
  private readonly head = make('div', { class: 'jp-wb-Findings-head' });
  private readonly list = make('ol', { class: 'jp-wb-Findings-list' });
  private readonly foot = make('div', { class: 'jp-wb-Buttons' });
  private readonly department = make('select', { class: 'jp-wb-Select', 'aria-label': t('findings.department'), change: () => this.redraw() });
  private readonly hideReviewed = make('input', { type: 'checkbox', checked: 'true', change: () => this.redraw() });
  private readonly summary = make('p', { class: 'jp-wb-Quiet', role: 'status' });

  constructor(private readonly api: Api, private readonly state: Project, private readonly commands: CommandRegistry, readonly project: string) {
    super();
    this.addClass('jp-wb-Findings');
    this.title.label = t('findings.title');
    this.title.caption = project;
    this.title.icon = findingsIcon;
    this.title.closable = true;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', t('findings.title'));
    this.node.tabIndex = -1;
    this.head.append(make('div', {}, make('h2', {}, t('findings.title')), this.summary),
      this.department, make('label', { class: 'jp-wb-Check' }, this.hideReviewed, t('findings.hide-reviewed')),
      button(t('review-all'), () => this.review({}), { class: 'jp-wb-Button jp-mod-primary' }));
    this.node.append(this.head, this.list, this.foot);
    state.changed.connect(this.onChange, this);
    void this.load();
  }

  dispose(): void {
    this.state.changed.disconnect(this.onChange, this);
    super.dispose();
  }

  protected onActivateRequest(): void {
    this.node.focus({ preventScroll: true });
  }

  private onChange(_: Project, change: Change): void {
    if (change === 'documents' && this.state.path === this.project) {
      void this.load();
    }
  }

  private async load(): Promise<void> {
    if (!this.answer) {
      this.list.replaceChildren(make('li', { class: 'jp-wb-Quiet' }, t('loading')));
    }
    try {
      this.answer = await this.api.get<FindingsAnswer>('findings', { project: this.project });
      this.drawDepartments();
      this.draw();
    } catch (error) {
      this.list.replaceChildren(make('li', {}, notice(problemOf(error), [{ label: t('retry'), run: () => void this.load() }])));
    }
  }

  private drawDepartments(): void {
    const before = this.department.value;
    const names = [...new Set(this.answer!.groups.map(group => group.department))].sort((a, b) => a.localeCompare(b, 'zh'));
    this.department.replaceChildren(make('option', { value: '*' }, t('all-departments')),
      ...names.map(name => make('option', { value: `=${name}` }, name || t('no-department'))));
    this.department.value = before && [...this.department.options].some(one => one.value === before) ? before : '*';
  }

  private redraw(): void {
    this.shown = FIRST;
    this.draw();
  }

  private draw(): void {
    if (!this.answer) {
      return;
    }
    const wanted = this.department.value;
    const groups = this.answer.groups.filter(group =>
      (wanted === '*' || wanted === `=${group.department}`) && !(this.hideReviewed.checked && group.reviewed));
    this.summary.textContent = t('findings.head', { total: this.answer.total, groups: groups.length });
    this.list.replaceChildren(...groups.slice(0, this.shown).map(group => this.row(group)));
    const rest = groups.length - this.shown;
    this.foot.replaceChildren(...(rest > 0 ? [button(t('findings.more', { n: Math.min(rest, MORE) }), () => this.more())] : []));
    if (!groups.length) {
      this.list.replaceChildren(make('li', { class: 'jp-wb-Quiet' }, t('findings.none')));
    }
  }

  private more(): void {
    this.shown += MORE;
    this.draw();
  }

  private row(group: CauseGroup): HTMLElement {
    const severity = t(`severity.${group.severity}` as MessageKey);
    const files = group.files ?? [];
    return make('li', { class: `jp-wb-Cause jp-mod-${group.severity}`, 'data-cause': group.cause_id },
      make('span', { class: 'jp-wb-Dot', role: 'img', 'aria-label': severity, title: severity }),
      make('div', { class: 'jp-wb-Cause-what' },
        make('p', { class: 'jp-wb-Cause-message' }, group.message),
        make('p', { class: 'jp-wb-Quiet', title: files.join('\n') }, [
          group.department || t('no-department'), t(`consequence.${group.consequence}` as MessageKey), t('findings.values', { n: group.values }),
          files.length === 1 ? files[0] : t('findings.files', { n: files.length || group.document_ids.length }), group.reviewed ? t('findings.reviewed') : '',
          group.code].filter(Boolean).join(' · '))),
      make('span', { class: 'jp-wb-Cause-buttons' },
        files.length ? button(t('findings.open'), () => this.open(group)) : null,
        button(t('findings.to-review'), () => this.review({ cause: group.cause_id, name: group.department || group.code }), { class: 'jp-wb-Button jp-mod-accent' })));
  }

  private open(group: CauseGroup): void {
    void this.commands.execute(ID.openDocument, { project: this.project, file: group.files[0], id: group.document_ids[0] });
  }

  private review(scope: Record<string, string>): void {
    void this.commands.execute(ID.review, { project: this.project, scope });
  }
}
