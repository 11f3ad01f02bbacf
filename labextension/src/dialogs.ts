// The dialogs: what a report, an export, an audit or a new project needs to know.
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { ChoicesAnswer, ProblemView, problemOf } from './api';
import { make } from './dom';
import { t } from './i18n';

export type Answers = Record<string, string>;

/** A form in a dialog: its fields by name, each with a label. */
class FormBody extends Widget implements Dialog.IBodyWidget<Answers> {
  private readonly fields: Record<string, HTMLInputElement | HTMLSelectElement>;

  constructor(fields: [string, string, HTMLInputElement | HTMLSelectElement][], said: string[] = []) {
    super();
    this.addClass('jp-wb-Form');
    this.fields = Object.fromEntries(fields.map(([name, , input]) => [name, input]));
    this.node.append(...said.map(text => make('p', {}, text)),
      ...fields.map(([, label, input]) => make('label', {}, make('span', {}, label), input)));
  }

  getValue(): Answers {
    return Object.fromEntries(Object.entries(this.fields).map(([name, input]) => [name, input.value.trim()]));
  }
}

async function ask(title: string, body: FormBody, label: string): Promise<Answers | null> {
  const buttons = [Dialog.cancelButton({ label: t('cancel') }), Dialog.okButton({ label })];
  const result = await showDialog({ title, body, buttons, focusNodeSelector: 'input, select' });
  return result.button.accept ? result.value : null;
}

const options = (pairs: [string, string][]): HTMLSelectElement =>
  make('select', { class: 'jp-mod-styled' }, ...pairs.map(([value, label]) => make('option', { value }, label)));

const number = (value: number, least: number): HTMLInputElement =>
  make('input', { type: 'number', class: 'jp-mod-styled', value, min: least, step: 1 });

/** Department and year, from what the dataset has; the years are those of the department. */
export async function askDepartment(title: string, choices: ChoicesAnswer, all: boolean, label = t('make')): Promise<Answers | null> {
  const department = options([...(all ? [['', t('all-departments')] as [string, string]] : []),
    ...choices.departments.map(name => [name, name || t('no-department')] as [string, string])]);
  const year = options([]);
  const showYears = (): void => {
    const name = department.value;
    const years = name ? choices.pairs.filter(([one, stated]) => one === name && stated !== null).map(([, stated]) => stated!) : choices.years;
    const unique = [...new Set(years)].sort((a, b) => b - a);
    year.replaceChildren(...[make('option', { value: '' }, t('all-years')), ...unique.map(one => make('option', { value: one }, t('year', { n: one })))]);
  };
  department.addEventListener('change', showYears);
  showYears();
  return ask(title, new FormBody([['department', t('department'), department], ['year', t('year.label'), year]]), label);
}

/** The format of an export. */
export function askFormat(): Promise<Answers | null> {
  const formats = (['xlsx', 'csv', 'dta', 'duckdb'] as const).map(name => [name, t(`format.${name}`)] as [string, string]);
  return ask(t('export'), new FormBody([['format', t('export.format'), options(formats)]]), t('export'));
}

/** The size and seed of a sample, and how far the audit with the default ones is. */
export function askAudit(n: number, seed: number, said: string): Promise<Answers | null> {
  const fields: [string, string, HTMLInputElement][] = [['n', t('audit.n'), number(n, 1)], ['seed', t('audit.seed'), number(seed, 0)]];
  return ask(t('audit'), new FormBody(fields, [t('audit.caption'), said].filter(Boolean)), t('audit.start'));
}

/** The name of a new project's folder. */
export function askProject(folder: string): Promise<Answers | null> {
  const name = make('input', { class: 'jp-mod-styled', value: t('new-project.default'), required: 'true', spellcheck: 'false' });
  const said = [t('new-project.caption'), t('new-project.where', { path: folder || t('root-folder') })];
  return ask(t('new-project'), new FormBody([['name', t('new-project.name'), name]], said), t('create'));
}

/** A problem as a dialog: the sentence, and what to do. */
export async function showProblem(error: unknown): Promise<void> {
  const problem: ProblemView = problemOf(error);
  const body = new Widget();
  body.addClass('jp-wb-Form');
  body.node.append(make('p', { role: 'alert' }, problem.message));
  if (problem.way_out) {
    body.node.append(make('p', {}, problem.way_out));
  }
  await showDialog({ title: t('problem'), body, buttons: [Dialog.okButton({ label: t('close') })] });
}
