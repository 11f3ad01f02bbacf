// What can be done, as JupyterLab commands: in menus, the launcher, the palette, and with keys of one's own.
import { JupyterFrontEnd } from '@jupyterlab/application';
import { FileBrowser } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { LabIcon } from '@jupyterlab/ui-components';

import { Api, ChoicesAnswer, DocumentRow, Refused, RunView } from './api';
import { askAudit, askDepartment, askFormat, askProject, showProblem } from './dialogs';
import { MessageKey, t } from './i18n';
import * as icons from './icons';
import { ID } from './ids';
import { Panel } from './panel';
import { documentAt, folderOf, isReadable } from './paths';
import { Project, RunKind } from './project';
import { ReviewScope } from './review';

const AUDIT = { n: 200, seed: 1 }; // the sample that is offered first

export interface Surfaces {
  openDocument: (project: string, row: Pick<DocumentRow, 'file' | 'id'>) => void;
  openGrid: (path: string) => void;
  openReview: (project: string, scope: ReviewScope) => void;
  openFindings: (project: string) => void;
}

export interface Parts {
  app: JupyterFrontEnd;
  api: Api;
  project: Project;
  panel: () => Panel;
  browser: FileBrowser | null;
  settings: () => ISettingRegistry.ISettings | null;
  surfaces: Surfaces;
}

/** Registers all commands but the keys of the review. */
export function addCommands(parts: Parts): void {
  const { app, api, project, browser, surfaces } = parts;
  const started = new Set<number>(); // runs that were started here: their results open by themselves

  const add = (id: string, label: MessageKey, run: (args: any) => unknown, more: { icon?: LabIcon; caption?: MessageKey; visible?: () => boolean } = {}): void => {
    app.commands.addCommand(id, {
      label: t(label), caption: t(more.caption ?? label), icon: more.icon, isVisible: more.visible,
      execute: async args => {
        try {
          await run(args);
        } catch (error) {
          await showProblem(error);
        }
      }
    });
  };

  const showPanel = (): void => app.shell.activateById(ID.panel);
  const chosenFiles = (): { path: string; folder: boolean }[] =>
    browser ? Array.from(browser.selectedItems(), item => ({ path: item.path, folder: item.type === 'directory' })) : [];
  const readableChosen = (): boolean => chosenFiles().some(file => file.folder || isReadable(file.path));
  const needed = (): string => {
    if (project.path === null) {
      throw new Refused('no-project', t('no-project-chosen'), '');
    }
    return project.path;
  };
  const start = async (kind: RunKind, paths: string[] | null, options: Record<string, unknown> = {}): Promise<void> => {
    await project.start(kind, paths, options);
    if (project.run) {
      started.add(project.run.id);
    }
    showPanel();
  };
  const reading = (): Record<string, unknown> => readingOptions(parts.settings());
  const rowsOf = (args: any): Pick<DocumentRow, 'id' | 'file' | 'department'>[] =>
    typeof args.file === 'string' ? [project.find(args.file) ?? { id: args.id ?? '', file: args.file, department: '' }] : parts.panel().selection;
  const makeProject = async (): Promise<void> => {
    const folder = browser?.model.path ?? '';
    const answers = await askProject(folder);
    if (answers?.name) {
      const made = await project.create(folder, answers.name);
      await goTo(made.raw);
      showPanel();
    }
  };
  const goTo = (path: string): Promise<unknown> => app.commands.execute('filebrowser:go-to-path', { path, dontShowBrowser: false });

  add(ID.showPanel, 'workbench', showPanel, { icon: icons.panelIcon });
  add(ID.refresh, 'refresh', () => project.refresh());
  add(ID.newProject, 'new-project', makeProject, { icon: icons.projectIcon, caption: 'new-project.caption' });
  add(ID.showFolder, 'show-folder', args => goTo(args.path ?? project.view?.raw ?? ''));

  add(ID.ingest, 'ingest', async args => {
    const files: string[] = args.paths ?? chosenFiles().map(file => file.path);
    if (!files.length) {
      throw new Refused('no-selection', t('no-selection'), '');
    }
    await project.look(folderOf(files[0]));
    if (project.path === null) {
      await makeProject();
    }
    if (project.path !== null) {
      await start('ingest', files, reading());
    }
  }, { icon: icons.panelIcon, visible: readableChosen });
  add(ID.ingestNew, 'run.ingest', () => (needed(), start('ingest', null, reading())));
  add(ID.ingestChosen, 'ingest', args => {
    needed();
    return start('ingest', rowsOf(args).map(row => `${project.view!.raw}/${row.file}`), reading());
  });
  add(ID.rebuild, 'rebuild', () => (needed(), start('rebuild', null, reading())));
  add(ID.stop, 'stop', () => (needed(), project.stop()));

  add(ID.grid, 'grid', args => {
    const files: string[] = args.path ? [args.path] : chosenFiles().filter(file => !file.folder).map(file => file.path);
    files.forEach(surfaces.openGrid);
  }, { icon: icons.findingsIcon, visible: () => chosenFiles().some(file => !file.folder && isReadable(file.path)) });
  add(ID.open, 'open', async () => {
    for (const { path, folder } of chosenFiles()) {
      await project.look(folder ? path : folderOf(path));
      const row = documentAt(project, path);
      if (row) {
        surfaces.openDocument(needed(), row);
      } else if (folder || project.path === null) {
        showPanel();
      } else {
        surfaces.openDocument(needed(), { id: '', file: path.replace(`${project.view!.raw}/`, '') });
      }
    }
  }, { icon: icons.panelIcon, visible: readableChosen });
  add(ID.openDocument, 'open-document', args => rowsOf(args).forEach(row => surfaces.openDocument(args.project ?? needed(), row)));

  add(ID.review, 'review', args => surfaces.openReview(args.project ?? needed(), args.scope ?? {}), { icon: icons.auditIcon });
  add(ID.reviewChosen, 'review-document', args => rowsOf(args).forEach(row => surfaces.openReview(needed(), { document: row.id, name: row.file })));
  add(ID.findings, 'findings', () => surfaces.openFindings(needed()), { icon: icons.findingsIcon, caption: 'findings.caption' });

  const choices = (): Promise<ChoicesAnswer> => api.get<ChoicesAnswer>('choices', { project: needed() });
  add(ID.report, 'report', async () => {
    const answers = await askDepartment(t('report'), await choices(), true);
    if (answers) {
      await start('report', null, departmentOptions(answers));
    }
  }, { icon: icons.reportIcon, caption: 'report.caption' });
  add(ID.overview, 'overview', () => (needed(), start('report', null, { overview: true })), { icon: icons.overviewIcon, caption: 'overview.caption' });
  add(ID.export, 'export', async () => {
    needed();
    const answers = await askFormat();
    if (answers) {
      await start('export', null, answers);
    }
  }, { icon: icons.exportIcon, caption: 'export.caption' });
  add(ID.audit, 'audit', async () => {
    const state = await api.post<{ items: number; answered: number; sentence: string }>('audit', { project: needed(), ...AUDIT });
    const answers = await askAudit(AUDIT.n, AUDIT.seed, t('audit.answered', state));
    if (answers) {
      const audit = { n: Number(answers.n) || AUDIT.n, seed: Number(answers.seed) || 0 };
      surfaces.openReview(needed(), { audit, name: t('audit') });
    }
  }, { icon: icons.auditIcon, caption: 'audit.caption' });
  add(ID.notebook, 'notebook', async () => {
    const answers = await askDepartment(t('notebook'), await choices(), false, t('continue'));
    if (answers) {
      const parameters = departmentOptions(answers);
      const made = await api.post<{ path: string }>('notebook', { project: needed(), notebook: 'department', parameters });
      await app.commands.execute('docmanager:open', { path: made.path });
    }
  }, { icon: icons.reportIcon, caption: 'notebook.caption' });

  add(ID.openResult, 'run.open-result', async args => {
    const path: string = args.path;
    if (/\.html?$/i.test(path)) {
      await app.commands.execute('docmanager:open', { path, factory: 'HTML Viewer' });
    } else {
      await goTo(path);
    }
  });
  project.ended.connect((_, run: RunView) => {
    const isMade = ['report', 'export'].includes(run.kind); // the result of the others is in the list already
    if (started.delete(run.id) && isMade && run.state === 'done' && run.result?.path) {
      void app.commands.execute(ID.openResult, { path: run.result.path });
    }
  });
}

function departmentOptions({ department, year }: Record<string, string>): Record<string, unknown> {
  return { ...(department ? { department } : {}), ...(year ? { year: Number(year) } : {}) };
}

/** What the settings say of a reading; what is empty there is left to the server. */
function readingOptions(settings: ISettingRegistry.ISettings | null): Record<string, unknown> {
  const value = (name: string): unknown => settings?.get(name).composite;
  return {
    review_threshold: value('reviewThreshold'), workers: value('workers') || null, engine: value('engine'), second_reader: value('secondReader')
  };
}
