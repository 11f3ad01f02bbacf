// Messages in the language of JupyterLab, all from one catalogue: [Chinese, English].
import catalogue from './catalogue.json';

export type MessageKey = keyof typeof catalogue;

let english = false;

/** Chinese, unless JupyterLab is set to another language; where nothing is set ("default") it is Chinese. */
export function setLanguage(code: string): void {
  english = !['', 'default'].includes(code) && !/^zh/i.test(code);
}

/** The language as the server's answers are asked for. */
export const language = (): 'zh' | 'en' => (english ? 'en' : 'zh');

/** A message with `{name}` replaced by the values. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const text = catalogue[key][english ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Seconds as a person says them, rounded up: never "0 seconds left". */
export function duration(seconds: number): string {
  if (seconds < 90) {
    return t('seconds', { n: Math.max(1, Math.ceil(seconds)) });
  }
  return seconds < 5400 ? t('minutes', { n: Math.round(seconds / 60) }) : t('hours', { n: (seconds / 3600).toFixed(1) });
}
