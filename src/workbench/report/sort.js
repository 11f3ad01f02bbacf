/* Tables sort by the heading that is clicked (or Enter is pressed on); without JavaScript they stay as they are. */
(() => {
  "use strict";
  const number = (text) => {
    const plain = text.replace(/[,，%]/g, "").replace("−", "-").trim();
    return /^[-+]?\d/.test(plain) ? parseFloat(plain) : NaN;
  };
  const missing = (text) => text === "" || text === "—";
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    return isNaN(x) || isNaN(y) ? a.localeCompare(b, "zh-CN", { numeric: true }) : x - y;
  };
  const sort = (table, place, heading) => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [row.cells[place].textContent.trim(), row]);
    rows.sort(([a], [b]) => missing(a) || missing(b) ? missing(a) - missing(b) : descending ? compare(b, a) : compare(a, b));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll(".wb-table table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    Array.from(table.tHead.rows[table.tHead.rows.length - 1].cells, (heading, place) => {
      heading.classList.add("sortable");
      heading.tabIndex = 0;
      heading.title = "点击排序";
      heading.addEventListener("click", () => sort(table, place, heading));
      heading.addEventListener("keydown", (event) => event.key === "Enter" && sort(table, place, heading));
    });
  }
})();
