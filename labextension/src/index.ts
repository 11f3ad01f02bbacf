// The extension: what it puts where in JupyterLab.
import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { Menu, Widget } from '@lumino/widgets';

import { Api } from './api';
import { addCommands, Surfaces } from './commands';
import { DocumentView } from './document';
import { FindingsView } from './findings';
import { GridView } from './grid';
import { setLanguage, t } from './i18n';
import { ID, PLUGIN } from './ids';
import { Panel } from './panel';
import { Project } from './project';
import { addReviewKeys, ReviewScope, ReviewView } from './review';
import { greet } from './version';

const RANK = 120; // of the panel among those at the left
const LAUNCHER = [ID.showPanel, ID.newProject, ID.report, ID.overview, ID.export, ID.audit, ID.findings, ID.notebook];
const MENU = [[ID.openDocument, ID.ingestChosen, ID.reviewChosen], [ID.review, ID.findings], [ID.report, ID.overview, ID.notebook, ID.export, ID.audit],
  [ID.rebuild, ID.stop], [ID.showFolder, ID.newProject]];

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'The workbench for performance self-evaluation forms: documents, runs, review, reports.',
  autoStart: true,
  requires: [ITranslator],
  optional: [IDefaultFileBrowser, ILayoutRestorer, ILauncher, ICommandPalette, ISettingRegistry, IStateDB],
  activate: async (app: JupyterFrontEnd, translator: ITranslator, browser: IDefaultFileBrowser | null, restorer: ILayoutRestorer | null,
    launcher: ILauncher | null, palette: ICommandPalette | null, registry: ISettingRegistry | null, state: IStateDB | null) => {
    setLanguage(await chosenLanguage(registry, translator));
    const api = new Api(app.serviceManager.serverSettings);
    const project = new Project(api);
    let settings: ISettingRegistry.ISettings | null = null;
    const surfaces = addSurfaces(app, api, project, restorer, () => String(settings?.get('reviewer').composite ?? ''));
    let panel: Panel | null = null;
    addCommands({ app, api, project, browser, panel: () => panel!, settings: () => settings, surfaces });

    const menu = new Menu({ commands: app.commands });
    MENU.forEach((group, at) => {
      if (at) {
        menu.addItem({ type: 'separator' });
      }
      group.forEach(command => menu.addItem({ command }));
    });
    panel = new Panel(project, app.commands, menu);
    app.shell.add(panel, 'left', { rank: RANK, type: t('workbench') });
    restorer?.add(panel, ID.panel);

    LAUNCHER.forEach((command, rank) => launcher?.add({ command, category: t('workbench'), rank }));
    [...LAUNCHER, ID.review, ID.ingestNew, ID.rebuild, ID.stop, ID.refresh].forEach(command => palette?.addItem({ command, category: t('workbench') }));

    void app.restored.then(async () => {
      settings = (await registry?.load(PLUGIN).catch(() => null)) ?? null;
      await greet(api);
      await follow(app, project, browser, state);
    });
  }
};

/** The language that somebody chose in JupyterLab: where nobody did, its translator says "en" all the same. */
async function chosenLanguage(registry: ISettingRegistry | null, translator: ITranslator): Promise<string> {
  const setting = await registry?.get('@jupyterlab/translation-extension:plugin', 'locale').catch(() => null);
  return String(setting?.composite ?? translator.languageCode);
}

/** The project in front is that of the file browser's folder; where there is none, that of the last time. */
async function follow(app: JupyterFrontEnd, project: Project, browser: IDefaultFileBrowser | null, state: IStateDB | null): Promise<void> {
  const last = await state?.fetch(PLUGIN).catch(() => undefined);
  await browser?.model.restored.catch(() => undefined);
  await project.look(browser?.model.path ?? '');
  if (project.path === null && typeof last === 'string' && last) {
    await project.look(last);
  }
  browser?.model.pathChanged.connect((_, change) => void project.look(change.newValue));
  project.changed.connect((_, change) => {
    if (change === 'project' && project.path !== null) {
      void state?.save(PLUGIN, project.path);
    }
  });
  app.serviceManager.contents.fileChanged.connect((_, change) => {
    const raw = project.view?.raw, paths = [change.oldValue?.path, change.newValue?.path];
    if (raw && paths.some(path => path?.startsWith(raw))) {
      project.refreshSoon();
    }
  });
}

/** The widgets of the main area: one tab for each document, grid, review and project, that come back after a reload. */
function addSurfaces(app: JupyterFrontEnd, api: Api, project: Project, restorer: ILayoutRestorer | null, reviewer: () => string): Surfaces {
  const tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'jixiao-workbench' });
  const command = 'jixiao-workbench:restore';
  let reviewing: ReviewView | null = null;

  const opened = (args: any): Widget => {
    switch (args.kind) {
      case 'document':
        return new DocumentView(api, project, app.commands, args.project, args.file, args.id);
      case 'grid':
        return new GridView(api, args.path);
      case 'review':
        return new ReviewView(api, args.project, args.scope, reviewer);
      default:
        return new FindingsView(api, project, app.commands, args.project);
    }
  };
  const nameOf = (args: any): string => [args.kind, args.project ?? '', args.file ?? args.path ?? JSON.stringify(args.scope ?? '')].join(':');
  const open = (args: any): void => {
    const id = `jixiao-workbench-${nameOf(args)}`;
    let widget = tracker.find(one => one.id === id);
    if (!widget) {
      const content = opened(args);
      widget = new MainAreaWidget({ content });
      widget.id = id;
      widget.toolbar.hide();
      opens.set(widget, args);
      void tracker.add(widget);
      app.shell.add(widget, 'main', { type: t('workbench') });
    }
    app.shell.activateById(id);
  };
  const opens = new WeakMap<Widget, any>();
  app.commands.addCommand(command, { execute: args => open(args) });
  void restorer?.restore(tracker, { command, args: widget => opens.get(widget), name: widget => widget.id });
  tracker.currentChanged.connect((_, widget) => {
    reviewing = widget?.content instanceof ReviewView ? widget.content : null;
  });
  addReviewKeys(app.commands, () => reviewing);
  return {
    openDocument: (path, row) => open({ kind: 'document', project: path, file: row.file, id: row.id }),
    openGrid: path => open({ kind: 'grid', path }),
    openReview: (path, scope: ReviewScope) => open({ kind: 'review', project: path, scope }),
    openFindings: path => open({ kind: 'findings', project: path })
  };
}

export default plugin;
