/* Small comforts. Every page works without them. */
(function () {
  "use strict";
  document.documentElement.classList.add("js");

  /* A select that sends its form as soon as it is changed. */
  document.querySelectorAll("select[data-submit]").forEach(function (select) {
    select.addEventListener("change", function () { select.form.requestSubmit(); });
    const button = select.form.querySelector("button[type=submit]");
    if (button) { button.hidden = true; }
  });

  /* What a page wants looked at first. */
  const first = document.querySelector("[data-focus]");
  if (first) { first.focus(); }

  /* What a link leads to is open, not folded away. */
  function unfold() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") { target.open = true; }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  /* Ticking all, and saying how many. */
  document.querySelectorAll("form[data-chooser]").forEach(function (form) {
    const all = form.querySelector("[data-choose-all]");
    const boxes = Array.from(form.querySelectorAll("input[name=" + (form.dataset.chooser || "chosen") + "]"));
    const counter = form.querySelector("[data-chosen-count]");
    const none = counter ? counter.textContent : "";
    const buttons = form.querySelectorAll("button[name=verb]");
    function tell() {
      const ticked = boxes.filter(function (box) { return box.checked; });
      const sum = ticked.reduce(function (total, box) {
        const row = box.closest("tr");
        const cell = row && row.querySelector("[data-amount]");
        return cell ? total + Math.round(Number(cell.dataset.amount) * 100) : total;
      }, 0);
      if (counter) {
        counter.textContent = ticked.length ? "已勾选 " + ticked.length + " 个" + (sum ? "，合计 " + money(sum) + " 元" : "") : none;
      }
      if (all) {
        all.checked = boxes.length > 0 && ticked.length === boxes.length;
        all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
      }
      buttons.forEach(function (button) { button.disabled = !ticked.length; });
    }
    if (all) {
      all.addEventListener("change", function () {
        boxes.forEach(function (box) { box.checked = all.checked; });
        tell();
      });
    }
    boxes.forEach(function (box) { box.addEventListener("change", tell); });
    tell();
  });

  function money(fen) {
    return (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }

  /* Rows of a form: add, remove, move. */
  const editor = document.querySelector("form[data-editor]");
  if (!editor) { return; }

  function rowsOf(prefix) { return editor.querySelector("[data-rows='" + prefix + "']"); }
  function bodyOf(list) { return list.tagName === "TABLE" ? list.tBodies[0] : list; }

  function number(list) {
    let order = 0;
    bodyOf(list).querySelectorAll(":scope > [data-row]").forEach(function (row) {
      const field = row.querySelector("input[name$='-ORDER']");
      if (field) { order += 1; field.value = String(order); }
    });
  }

  editor.querySelectorAll("[data-add]").forEach(function (button) {
    button.addEventListener("click", function () {
      const prefix = button.dataset.add;
      const total = editor.querySelector("input[name='" + prefix + "-TOTAL_FORMS']");
      const list = rowsOf(prefix);
      const holder = document.createElement(list.tagName === "TABLE" ? "tbody" : "ol");
      holder.innerHTML = editor.querySelector("[data-empty='" + prefix + "']").innerHTML.replaceAll("__prefix__", total.value);
      const row = holder.querySelector("[data-row]");
      bodyOf(list).append(row);
      total.value = String(Number(total.value) + 1);
      number(list);
      const field = row.querySelector("input:not([type=hidden]), select");
      if (field) { field.focus(); }
    });
  });

  editor.addEventListener("click", function (event) {
    const button = event.target.closest("[data-move]");
    if (!button) { return; }
    const row = button.closest("[data-row]");
    const other = button.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (other) {
      if (button.dataset.move === "up") { other.before(row); } else { other.after(row); }
      number(row.parentElement);
      button.focus();
    }
  });

  const sum = editor.querySelector("[data-sum]");
  function add() {
    let fen = 0;
    editor.querySelectorAll("input[name^='funding-'][name$='-amount']").forEach(function (field) {
      const row = field.closest("[data-row]");
      const gone = row.querySelector("input[name$='-DELETE']");
      const value = Number(field.value.replace(/[,，\s]/g, ""));
      if (!(gone && gone.checked) && Number.isFinite(value)) { fen += Math.round(value * 100); }
    });
    const unit = editor.querySelector("select[name='money_unit']");
    sum.textContent = fen ? money(fen) + " " + (unit ? unit.value : "") : "";
  }
  if (sum) { editor.addEventListener("input", add); add(); }

  editor.addEventListener("change", function (event) {
    if (event.target.matches("input[name$='-DELETE']")) {
      event.target.closest("[data-row]").classList.toggle("is-deleted", event.target.checked);
      if (sum) { add(); }
    }
  });

  /* Leaving a form that was written in asks first. */
  let written = false;
  editor.addEventListener("input", function () { written = true; });
  editor.addEventListener("submit", function () { written = false; });
  window.addEventListener("beforeunload", function (event) { if (written) { event.preventDefault(); } });
}());
