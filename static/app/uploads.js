/* Uploading and previewing. Every page works without this. */
(function () {
  "use strict";

  /* Files dropped anywhere on the form. */
  document.querySelectorAll("form[data-drop]").forEach(function (form) {
    const input = form.querySelector("input[type=file]");
    const told = form.querySelector("[data-drop-told]");
    function tell() {
      const files = Array.from(input.files);
      told.textContent = files.length > 1 ? "已选 " + files.length + " 个文件：" + files.map(function (f) { return f.name; }).join("、") : "";
    }
    ["dragenter", "dragover"].forEach(function (name) {
      form.addEventListener(name, function (event) { event.preventDefault(); form.classList.add("is-over"); });
    });
    form.addEventListener("dragleave", function (event) {
      if (!form.contains(event.relatedTarget)) { form.classList.remove("is-over"); }
    });
    form.addEventListener("drop", function (event) {
      event.preventDefault();
      form.classList.remove("is-over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; tell(); form.requestSubmit(); }
    });
    input.addEventListener("change", tell);
  });

  /* A value opens its form in place; 取消 puts the value back. */
  const before = new WeakMap();
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a.value, a.value-missing");
    if (link && window.htmx && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      const cell = link.closest("[data-cell]") || link.parentElement;
      if (!before.has(cell)) { before.set(cell, cell.innerHTML); }
      window.htmx.ajax("GET", link.getAttribute("href"), { target: cell, swap: "innerHTML" });
      return;
    }
    const cancel = event.target.closest("a.correct-cancel");
    if (cancel) {
      const form = cancel.closest("form");
      const cell = form.parentElement;
      if (before.has(cell)) { event.preventDefault(); cell.innerHTML = before.get(cell); before.delete(cell); }
    }
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    const field = event.target.querySelector ? event.target.querySelector(".correct-form [name=value]") : null;
    if (field) { field.focus(); if (field.select) { field.select(); } }
  });
}());
