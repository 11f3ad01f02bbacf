"use strict";(self.rspackChunkjixiao_workbench=self.rspackChunkjixiao_workbench||[]).push([[232],{475(o,r,e){var t=e(601),n=e.n(t),a=e(314),p=(e.n(a))()(n());p.push([o.id,`/* The workbench in JupyterLab: colours, fonts and lines are the theme's. */
.jp-wb-Panel, .jp-wb-Document, .jp-wb-Findings, .jp-wb-Form, .jp-wb-Review {
  --wb-quiet: color-mix(in srgb, var(--jp-ui-font-color1) 82%, transparent);
  --wb-error: color-mix(in srgb, var(--jp-error-color1) 78%, var(--jp-ui-font-color0));
}
.jp-wb-Panel, .jp-wb-Document, .jp-wb-Findings, .jp-wb-Form {
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family), 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif;
  font-size: var(--jp-ui-font-size1);
  line-height: 1.5;
}
.jp-wb-Panel [hidden], .jp-wb-Document [hidden], .jp-wb-Findings [hidden] { display: none !important; }
.jp-wb-Panel :is(p, ul, ol, h2, h3, dl, dd), .jp-wb-Document :is(p, ul, ol, h2, h3, dl, dd), .jp-wb-Findings :is(p, ul, ol, h2, h3) { margin: 0; padding: 0; }
.jp-wb-Quiet { color: var(--wb-quiet); }
.jp-wb-Middle { margin: auto !important; padding: 24px !important; max-width: 30em; text-align: center; overflow-wrap: anywhere; }
.jp-wb-Line { display: flex; align-items: center; gap: 6px; }
.jp-wb-Gap { width: 10px; }

/* buttons and fields */
.jp-wb-Button, .jp-wb-Chip, .jp-wb-Tab {
  font: inherit; color: var(--jp-ui-font-color1); background: transparent; cursor: pointer;
  border: 1px solid var(--jp-border-color1); border-radius: 4px; padding: 1px 9px; min-height: 24px; white-space: nowrap;
}
.jp-wb-Button:hover:not(:disabled), .jp-wb-Chip:hover { background: var(--jp-layout-color2); }
.jp-wb-Button:disabled { opacity: 0.45; cursor: default; }
.jp-wb-Button.jp-mod-primary { background: var(--jp-brand-color1); border-color: var(--jp-brand-color1); color: var(--jp-ui-inverse-font-color1); font-weight: 600; }
.jp-wb-Button.jp-mod-primary:hover:not(:disabled) { background: var(--jp-brand-color0); }
.jp-wb-Button.jp-mod-accent { color: color-mix(in srgb, var(--jp-brand-color1) 60%, var(--jp-ui-font-color0)); border-color: var(--jp-brand-color2); }
.jp-wb-Button.jp-mod-wide { width: 100%; min-height: 28px; }
.jp-wb-Buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
.jp-wb-Panel :is(input, select), .jp-wb-Document :is(input, select), .jp-wb-Select {
  font: inherit; color: var(--jp-ui-font-color1); background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color1); border-radius: 4px; padding: 1px 6px; min-height: 24px; box-sizing: border-box;
}
.jp-wb-Check { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
.jp-wb-Check input { min-height: 0 !important; margin: 0; accent-color: var(--jp-brand-color1); }
:is(.jp-wb-Panel, .jp-wb-Document, .jp-wb-Findings) :focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: -1px; }
.jp-wb-Form { display: flex; flex-direction: column; gap: 10px; min-width: 320px; }
.jp-wb-Form p { margin: 0; max-width: 34em; overflow-wrap: anywhere; }
.jp-wb-Form label { display: flex; flex-direction: column; gap: 3px; }

/* problems */
.jp-wb-Problem { border-left: 3px solid var(--jp-error-color1); background: var(--jp-layout-color2); border-radius: 0 4px 4px 0; padding: 9px 12px; margin: 8px; overflow-wrap: anywhere; }
.jp-wb-Problem.jp-mod-info { border-left-color: var(--jp-brand-color1); }
.jp-wb-Problem-what { font-weight: 600; }
.jp-wb-Problem-way { margin-top: 3px !important; color: var(--jp-ui-font-color1); }

/* the panel */
.jp-wb-Panel { display: flex; flex-direction: column; min-width: 240px; background: var(--jp-layout-color1); }
.jp-wb-Panel > * { flex: none; }
.jp-wb-Panel-head { display: flex; align-items: center; gap: 2px; padding: 6px 6px 4px 12px; }
.jp-wb-Panel-head .jp-wb-Button { border-color: transparent; padding: 0 6px; font-size: 15px; }
.jp-wb-Panel-title { flex: 1; min-width: 0; font-size: var(--jp-ui-font-size2); font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.jp-wb-Panel-tools { padding: 0 10px 8px; display: flex; flex-direction: column; gap: 6px; border-bottom: 1px solid var(--jp-border-color2); }
.jp-wb-Search { flex: 1; min-width: 60px; }
.jp-wb-Panel-tools select { width: auto; max-width: 130px; flex: none; }
.jp-wb-Chips { display: flex; flex-wrap: wrap; gap: 4px; }
.jp-wb-Chips .jp-wb-Chip:is(button) { border-radius: 12px; }
.jp-wb-Chip { display: inline-flex; align-items: center; padding: 0 8px; min-height: 22px; font-size: var(--jp-ui-font-size0); font-variant-numeric: tabular-nums; }
.jp-wb-Chip[aria-pressed='true'] { background: var(--jp-brand-color1); border-color: var(--jp-brand-color1); color: var(--jp-ui-inverse-font-color1); }
.jp-wb-Panel-empty .jp-wb-Quiet { padding: 12px; }
.jp-wb-Panel > .jp-wb-List { flex: 1 1 0; min-height: 60px; overflow-y: auto; overflow-x: hidden; }
.jp-wb-Panel > .jp-wb-List[hidden] + .jp-wb-Run { margin-top: auto; }
.jp-wb-List:focus-visible { outline-offset: -2px; }
.jp-wb-Space { position: relative; }
.jp-wb-Row {
  user-select: none; position: absolute; left: 0; right: 0; box-sizing: border-box; padding: 5px 10px 5px 12px; cursor: default; overflow: hidden;
  display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; column-gap: 8px; border-bottom: 1px solid var(--jp-border-color3);
}
.jp-wb-Row:hover { background: var(--jp-layout-color2); }
.jp-wb-Row[aria-selected='true'] { background: color-mix(in srgb, var(--jp-brand-color1) 16%, transparent); }
.jp-wb-List:focus-visible .jp-wb-Row.jp-mod-current { box-shadow: inset 0 0 0 1px var(--jp-brand-color1); }
.jp-wb-Row-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; line-height: 20px; }
.jp-wb-Row-facts { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--wb-quiet); font-size: var(--jp-ui-font-size0); line-height: 18px; grid-row: 2; unicode-bidi: isolate; }
.jp-wb-Row-facts.jp-mod-failed { grid-column: 1 / 3; color: var(--wb-error); }
.jp-wb-Row-facts.jp-mod-failed + .jp-wb-Row-counts { display: none; }
.jp-wb-Row-counts { display: flex; gap: 7px; justify-self: end; font-size: var(--jp-ui-font-size0); font-variant-numeric: tabular-nums; }
.jp-wb-Count { display: inline-flex; align-items: center; gap: 3px; color: var(--wb-quiet); }
.jp-wb-Count::before { content: ''; width: 7px; height: 7px; border-radius: 50%; background: var(--wb-tone); }
.jp-mod-errors { --wb-tone: var(--jp-error-color1); } .jp-mod-warnings { --wb-tone: var(--jp-warn-color1); } .jp-mod-infos { --wb-tone: var(--jp-info-color1); }
.jp-wb-Count.jp-mod-warnings::before { border-radius: 1px; transform: rotate(45deg); }
.jp-wb-Count.jp-mod-infos::before { border-radius: 1px; }
.jp-wb-Status { --wb-tone: var(--jp-border-color0); font-size: var(--jp-ui-font-size0); line-height: 18px; padding: 0 7px; border-radius: 9px; white-space: nowrap; justify-self: end; background: color-mix(in srgb, var(--wb-tone) 20%, transparent); color: var(--jp-ui-font-color1); font-variant-numeric: tabular-nums; }
.jp-wb-Status.jp-mod-read { --wb-tone: var(--jp-success-color1); }
.jp-wb-Status.jp-mod-review { --wb-tone: var(--jp-warn-color1); }
.jp-wb-Status:is(.jp-mod-failed, .jp-mod-partial) { --wb-tone: var(--jp-error-color1); }
.jp-wb-Status:is(.jp-mod-new, .jp-mod-reading) { --wb-tone: var(--jp-brand-color1); }

/* the run */
.jp-wb-Run { border-top: 1px solid var(--jp-border-color1); background: var(--jp-layout-color2); padding: 8px 12px; display: flex; flex-direction: column; gap: 5px; max-height: 45%; overflow: auto; overflow-wrap: anywhere; }
.jp-wb-Run .jp-wb-Line { justify-content: space-between; }
.jp-wb-Run-state { min-width: 0; }
.jp-wb-Run-state.jp-mod-failed, .jp-wb-Run-failure { color: var(--wb-error); }
.jp-wb-Run-facts { font-variant-numeric: tabular-nums; color: var(--jp-ui-font-color1); }
.jp-wb-Run-facts:empty { display: none; }
.jp-wb-Run-held { border-left: 3px solid var(--jp-warn-color1); padding-left: 8px !important; }
.jp-wb-Run-lost { border-left: 3px solid var(--jp-error-color1); padding-left: 8px !important; }
.jp-wb-Stop { border-color: var(--jp-error-color1); }
.jp-wb-Bar { height: 6px; border-radius: 3px; overflow: hidden; background: var(--jp-border-color2); }
.jp-wb-Bar span { display: block; height: 100%; background: var(--jp-brand-color1); transition: width 0.3s; }
.jp-wb-Bar.jp-mod-unknown span { animation: jp-wb-slide 1.4s linear infinite; }
@keyframes jp-wb-slide { from { margin-left: -30%; } to { margin-left: 100%; } }
.jp-wb-Failures summary { cursor: pointer; color: var(--wb-error); }
.jp-wb-Failures ul { list-style: none; max-height: 160px; overflow: auto; }
.jp-wb-Failures li { padding: 3px 0; font-size: var(--jp-ui-font-size0); border-top: 1px solid var(--jp-border-color2); }

/* a document */
.jp-wb-Document { background: var(--jp-layout-color0); }
.jp-wb-Document > .lm-SplitPanel-handle { background: var(--jp-border-color2); }
.jp-wb-Document-left, .jp-wb-Document-right { display: flex; flex-direction: column; min-width: 260px; min-height: 0; overflow: hidden; background: var(--jp-layout-color1); }
.jp-wb-Document-left.jp-mod-empty { background: var(--jp-layout-color2); }
.jp-wb-Document-head { display: flex; align-items: center; gap: 10px; padding: 8px 12px; border-bottom: 1px solid var(--jp-border-color2); }
.jp-wb-Document-head > div { flex: 1; min-width: 0; }
.jp-wb-Document-head h2, .jp-wb-Grid-tables h2 { font-size: var(--jp-ui-font-size2); font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.jp-wb-Document-head p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.jp-wb-Pages { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.jp-wb-Bar-tools { display: flex; flex-wrap: wrap; align-items: center; gap: 4px; padding: 4px 8px; border-bottom: 1px solid var(--jp-border-color2); }
.jp-wb-Bar-tools input[type='number'] { width: 4.5em; }
.jp-wb-Legends { display: flex; gap: 10px; margin-left: auto; }
.jp-wb-Legend { display: inline-flex; align-items: center; gap: 4px; font-size: var(--jp-ui-font-size0); white-space: nowrap; }
.jp-wb-Legend::before { content: ''; width: 12px; height: 10px; border: 2px solid var(--wb-tone); background: color-mix(in srgb, var(--wb-tone) 22%, transparent); }
.jp-mod-sure { --wb-tone: var(--jp-success-color1); } .jp-mod-doubtful { --wb-tone: var(--jp-warn-color1); }
.jp-mod-unread { --wb-tone: var(--jp-error-color1); } .jp-mod-empty { --wb-tone: var(--jp-border-color0); }
.jp-wb-Legend:is(.jp-mod-doubtful, .jp-mod-unread)::before { border-style: dashed; }
.jp-wb-Legend.jp-mod-unread::before { border-style: double; }
.jp-wb-Pages-view { flex: 1; min-height: 0; position: relative; overflow: auto; cursor: grab; background: var(--jp-layout-color3); }
.jp-wb-Pages-view:active { cursor: grabbing; }
.jp-wb-Pages-space { position: relative; }
.jp-wb-Page { position: absolute; background: #fff; box-shadow: var(--jp-elevation-z2); user-select: none; }
.jp-wb-Page img { display: block; width: 100%; height: 100%; pointer-events: none; }
.jp-wb-Page img:not([src]) { visibility: hidden; }
.jp-wb-Page-message { position: absolute; top: 40%; left: 0; right: 0; text-align: center; color: #555; padding: 0 20px !important; }
.jp-wb-Cells { position: absolute; inset: 0; width: 100%; height: 100%; }
.jp-wb-Cell { fill: var(--wb-tone); fill-opacity: 0; stroke: var(--wb-tone); stroke-width: 1.3px; stroke-opacity: 0.75; vector-effect: non-scaling-stroke; cursor: pointer; }
.jp-wb-Cell:is(.jp-mod-doubtful, .jp-mod-unread) { fill-opacity: 0.16; stroke-width: 2px; stroke-opacity: 1; stroke-dasharray: 5 3; }
.jp-wb-Cell.jp-mod-empty { stroke-opacity: 0.35; }
.jp-wb-Cell:hover { fill: var(--jp-brand-color1); fill-opacity: 0.16; }
.jp-wb-Mark { fill: var(--jp-brand-color1); fill-opacity: 0.16; stroke: var(--jp-brand-color1); stroke-width: 3.5px; vector-effect: non-scaling-stroke; pointer-events: none; }
.jp-wb-Pages-view.jp-mod-plain .jp-wb-Cell:not(:hover) { stroke: transparent; fill-opacity: 0; }

/* the tables of a document */
.jp-wb-Tables { flex: 1; min-height: 80px; display: flex; flex-direction: column; }
.jp-wb-Tabs { display: flex; gap: 2px; padding: 4px 8px 0; border-bottom: 1px solid var(--jp-border-color2); overflow-x: auto; flex: none; }
.jp-wb-Tab { padding: 1px 7px; border-color: transparent; border-radius: 4px 4px 0 0; border-bottom: 2px solid transparent; }
.jp-wb-Tab:hover { background: var(--jp-layout-color2); }
.jp-wb-Tab[aria-selected='true'] { border-bottom-color: var(--jp-brand-color1); font-weight: 600; }
.jp-wb-Tab-count { margin-left: 5px; color: var(--wb-quiet); font-weight: 400; font-variant-numeric: tabular-nums; }
.jp-wb-Table-view { flex: 1; min-height: 0; overflow: auto; }
.jp-wb-Table-view > .jp-wb-Quiet { padding: 16px; }
.jp-wb-Table { border-collapse: separate; border-spacing: 0; font-size: var(--jp-ui-font-size1); }
.jp-wb-Table :is(th, td) { border-bottom: 1px solid var(--jp-border-color2); border-right: 1px solid var(--jp-border-color2); padding: 0; vertical-align: top; text-align: left; }
.jp-wb-Table thead th { position: sticky; top: 0; z-index: 1; background: var(--jp-layout-color2); padding: 3px 6px; font-weight: 600; white-space: nowrap; border-bottom-color: var(--jp-border-color1); }
.jp-wb-Table tbody th { padding: 3px 6px; color: var(--wb-quiet); font-weight: 400; text-align: right; font-variant-numeric: tabular-nums; }
.jp-wb-Table .jp-wb-Table-form th { text-align: left; font-weight: 600; background: var(--jp-layout-color2); color: var(--jp-ui-font-color1); }
.jp-wb-Table tr.jp-mod-chosen > * { background: color-mix(in srgb, var(--jp-brand-color1) 7%, transparent); }
.jp-wb-Table td:has(> .jp-wb-Value) { height: 1px; }
.jp-wb-Value { height: 100%; display: flex; align-items: flex-start; font: inherit; color: inherit; background: none; border: 0; width: 100%; padding: 3px 6px; text-align: left; cursor: pointer; max-width: 18em; min-width: 3em; overflow-wrap: break-word; white-space: normal; }
.jp-wb-Value span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; line-clamp: 4; overflow: hidden; }
.jp-wb-Value.jp-mod-number { justify-content: flex-end; text-align: right; font-variant-numeric: tabular-nums; }
.jp-wb-Value:hover { background: var(--jp-layout-color2); }
.jp-wb-Value.jp-mod-flagged { box-shadow: inset 3px 0 0 var(--jp-warn-color1); background: color-mix(in srgb, var(--jp-warn-color1) 10%, transparent); }
.jp-wb-Value.jp-mod-corrected { box-shadow: inset 3px 0 0 var(--jp-brand-color1); font-weight: 600; }
.jp-wb-Value.jp-mod-confirmed { box-shadow: inset 3px 0 0 var(--jp-success-color1); }
.jp-wb-Value:is(.jp-mod-stale, .jp-mod-conflict) { box-shadow: inset 3px 0 0 var(--jp-error-color1); }
.jp-wb-Value.jp-mod-none { color: var(--wb-quiet); }
.jp-wb-Value.jp-mod-chosen { outline: 2px solid var(--jp-brand-color1); outline-offset: -2px; background: color-mix(in srgb, var(--jp-brand-color1) 18%, transparent); }
.jp-wb-FindingList { list-style: none; }
.jp-wb-FindingList li { border-bottom: 1px solid var(--jp-border-color3); }
.jp-wb-Finding { font: inherit; color: inherit; background: none; border: 0; width: 100%; text-align: left; cursor: pointer; padding: 5px 12px; display: grid; grid-template-columns: 14px minmax(0, 1fr) auto; gap: 2px 8px; align-items: baseline; overflow-wrap: anywhere; }
.jp-wb-Finding:hover { background: var(--jp-layout-color2); }
.jp-wb-Finding-where { color: var(--wb-quiet); font-size: var(--jp-ui-font-size0); white-space: nowrap; }
.jp-wb-Dot { width: 9px; height: 9px; border-radius: 50%; background: var(--wb-tone); align-self: start; margin-top: 5px; }
.jp-mod-error > .jp-wb-Dot { --wb-tone: var(--jp-error-color1); } .jp-mod-info > .jp-wb-Dot { --wb-tone: var(--jp-info-color1); border-radius: 1px; }
.jp-mod-warning > .jp-wb-Dot { --wb-tone: var(--jp-warn-color1); border-radius: 1px; transform: rotate(45deg); }
.jp-wb-Chosen { flex: none; max-height: 40%; overflow: auto; border-top: 1px solid var(--jp-border-color1); background: var(--jp-layout-color2); padding: 8px 12px; }
.jp-wb-Chosen h3 { font-size: var(--jp-ui-font-size1); font-weight: 600; }
.jp-wb-Chosen dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 1px 12px; }
.jp-wb-Chosen dt { color: var(--wb-quiet); }
.jp-wb-Chosen dd { overflow-wrap: anywhere; white-space: pre-wrap; }
.jp-wb-Chosen .jp-wb-Finding { padding: 4px 0; }
.jp-wb-Grid-tables { flex: 1; min-height: 0; overflow: auto; padding: 10px 12px; }
.jp-wb-Grid-tables .jp-wb-Problem { margin: 0; }
.jp-wb-Found { margin: 8px 0 16px; border-top: 1px solid var(--jp-border-color2); border-left: 1px solid var(--jp-border-color2); }
.jp-wb-Found td { padding: 2px 6px; min-width: 2em; cursor: pointer; overflow-wrap: break-word; }
.jp-wb-Found td:is(.jp-mod-doubtful, .jp-mod-unread) { background: color-mix(in srgb, var(--wb-tone) 16%, transparent); }
.jp-wb-Found td:hover { background: var(--jp-layout-color2); }

/* findings of the project */
.jp-wb-Findings { overflow: auto; background: var(--jp-layout-color1); padding: 12px 20px 24px; }
.jp-wb-Findings > * { max-width: 1200px; margin-left: auto !important; margin-right: auto !important; }
.jp-wb-Findings-head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding-bottom: 10px; border-bottom: 1px solid var(--jp-border-color1); }
.jp-wb-Findings-head > div { flex: 1 1 260px; }
.jp-wb-Findings-head h2 { font-size: var(--jp-ui-font-size3); font-weight: 600; }
.jp-wb-Select { max-width: 260px; }
.jp-wb-Findings-list { list-style: none; }
.jp-wb-Findings-list > li.jp-wb-Quiet { padding: 16px 0; }
.jp-wb-Cause { display: grid; grid-template-columns: 14px minmax(0, 1fr) auto; gap: 0 10px; padding: 8px 2px; border-bottom: 1px solid var(--jp-border-color2); }
.jp-wb-Cause p { overflow-wrap: anywhere; }
.jp-wb-Cause-buttons { display: flex; gap: 6px; align-self: center; }

/* the review */
.jp-wb-Review { display: flex; flex-direction: column; overflow: hidden; background: var(--jp-layout-color1); }
.jp-wb-Review > .wbr { flex: 1; height: auto; min-height: 0; resize: none; border: 0; border-radius: 0; }
.jp-wb-Review > .jp-wb-Quiet { padding: 16px; }
@media (prefers-reduced-motion: reduce) { .jp-wb-Bar span { transition: none; animation: none !important; } }
`,""]),e.d(r,{},{A:p})},314(o){o.exports=function(o){var r=[];return r.toString=function(){return this.map(function(r){var e="",t=void 0!==r[5];return r[4]&&(e+="@supports (".concat(r[4],") {")),r[2]&&(e+="@media ".concat(r[2]," {")),t&&(e+="@layer".concat(r[5].length>0?" ".concat(r[5]):""," {")),e+=o(r),t&&(e+="}"),r[2]&&(e+="}"),r[4]&&(e+="}"),e}).join("")},r.i=function(o,e,t,n,a){"string"==typeof o&&(o=[[null,o,void 0]]);var p={};if(t)for(var i=0;i<this.length;i++){var l=this[i][0];null!=l&&(p[l]=!0)}for(var d=0;d<o.length;d++){var b=[].concat(o[d]);t&&p[b[0]]||(void 0!==a&&(void 0===b[5]||(b[1]="@layer".concat(b[5].length>0?" ".concat(b[5]):""," {").concat(b[1],"}")),b[5]=a),e&&(b[2]&&(b[1]="@media ".concat(b[2]," {").concat(b[1],"}")),b[2]=e),n&&(b[4]?(b[1]="@supports (".concat(b[4],") {").concat(b[1],"}"),b[4]=n):b[4]="".concat(n)),r.push(b))}},r}},601(o){o.exports=function(o){return o[1]}},72(o){var r=[];function e(o){for(var e=-1,t=0;t<r.length;t++)if(r[t].identifier===o){e=t;break}return e}function t(o,t){for(var n={},a=[],p=0;p<o.length;p++){var i=o[p],l=t.base?i[0]+t.base:i[0],d=n[l]||0,b="".concat(l," ").concat(d);n[l]=d+1;var s=e(b),c={css:i[1],media:i[2],sourceMap:i[3],supports:i[4],layer:i[5]};if(-1!==s)r[s].references++,r[s].updater(c);else{var w=function(o,r){var e=r.domAPI(r);return e.update(o),function(r){r?(r.css!==o.css||r.media!==o.media||r.sourceMap!==o.sourceMap||r.supports!==o.supports||r.layer!==o.layer)&&e.update(o=r):e.remove()}}(c,t);t.byIndex=p,r.splice(p,0,{identifier:b,updater:w,references:1})}a.push(b)}return a}o.exports=function(o,n){var a=t(o=o||[],n=n||{});return function(o){o=o||[];for(var p=0;p<a.length;p++){var i=e(a[p]);r[i].references--}for(var l=t(o,n),d=0;d<a.length;d++){var b=e(a[d]);0===r[b].references&&(r[b].updater(),r.splice(b,1))}a=l}}},659(o){var r={};o.exports=function(o,e){var t=function(o){if(void 0===r[o]){var e=document.querySelector(o);if(window.HTMLIFrameElement&&e instanceof window.HTMLIFrameElement)try{e=e.contentDocument.head}catch(o){e=null}r[o]=e}return r[o]}(o);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(e)}},540(o){o.exports=function(o){var r=document.createElement("style");return o.setAttributes(r,o.attributes),o.insert(r,o.options),r}},56(o,r,e){o.exports=function(o){var r=e.nc;r&&o.setAttribute("nonce",r)}},825(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var r=o.insertStyleElement(o);return{update:function(e){var t,n,a;t="",e.supports&&(t+="@supports (".concat(e.supports,") {")),e.media&&(t+="@media ".concat(e.media," {")),(n=void 0!==e.layer)&&(t+="@layer".concat(e.layer.length>0?" ".concat(e.layer):""," {")),t+=e.css,n&&(t+="}"),e.media&&(t+="}"),e.supports&&(t+="}"),(a=e.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),o.styleTagTransform(t,r,o.options)},remove:function(){var o;null===(o=r).parentNode||o.parentNode.removeChild(o)}}}},113(o){o.exports=function(o,r){if(r.styleSheet)r.styleSheet.cssText=o;else{for(;r.firstChild;)r.removeChild(r.firstChild);r.appendChild(document.createTextNode(o))}}},579(o,r,e){var t=e(72),n=e.n(t),a=e(825),p=e.n(a),i=e(659),l=e.n(i),d=e(56),b=e.n(d),s=e(540),c=e.n(s),w=e(113),u=e.n(w),j=e(475),f={};f.styleTagTransform=u(),f.setAttributes=b(),f.insert=l().bind(null,"head"),f.domAPI=p(),f.insertStyleElement=c(),n()(j.A,f),j.A&&j.A.locals&&j.A.locals}}]);