/** The report's style: text as large on a phone as on a screen, charts drawn for each of the two, tables that become lists. */
export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 16px; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 0 0 8px; }
.answer { font-size: 1.35rem; font-weight: 600; margin: 16px 0 8px; }
.warning { border-left: 4px solid #c00000; background: #fdf1f0; padding: 8px 12px; margin: 16px 0; }
figure { margin: 32px 0; }
figure div > svg { display: block; max-width: 100%; height: auto; }
.legend { list-style: none; margin: 4px 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 20px; font-size: .9rem; }
.legend li { display: flex; align-items: baseline; gap: 8px; }
.legend svg { flex: none; }
figcaption, footer { color: #555; font-size: .9rem; }
.narrow { display: none; }
table { border-collapse: collapse; width: 100%; margin: 8px 0 16px; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px 6px 0; border-bottom: 1px solid #ddd; }
th, td:not(:first-child):not(:last-child) { white-space: nowrap; }
footer { margin: 32px 0 16px; }
@media (max-width: 700px) {
  .wide { display: none; }
  .narrow { display: block; }
  thead { display: none; }
  tr { display: block; padding: 8px 0; border-bottom: 1px solid #ddd; }
  td { display: flex; gap: 12px; padding: 1px 0; border: 0; }
  td::before { content: attr(data-label); flex: 0 0 104px; color: #555; }
}
`;
