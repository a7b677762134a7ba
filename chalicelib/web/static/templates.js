// Templates: fills the preview while somebody types, and narrows the list. Without it each template is a plain form.
(() => {
  'use strict';
  const { $, $$ } = window.desk;
  const fill = (field) => {
    const form = field.closest('form');
    for (const place of $$('[data-place]', form)) {
      if (place.dataset.place !== field.dataset.fills) continue;
      place.dataset.empty ??= place.textContent;
      place.textContent = field.value.trim() ? field.value : place.dataset.empty;
    }
  };
  const ready = () => {
    const find = $('[data-find-template]');
    if (find) find.hidden = $$('[data-template]').length < 6;
    $$('[data-fills]').forEach((one) => { if (one.value) fill(one); });
  };
  addEventListener('input', (e) => {
    if (e.target.matches?.('[data-fills]')) fill(e.target);
    if (!e.target.matches?.('[data-find-template]')) return;
    const wanted = e.target.value.trim().toLowerCase();
    for (const one of $$('[data-template]')) one.hidden = !one.dataset.template.toLowerCase().includes(wanted);
  });
  new MutationObserver(ready).observe($('.picker') ?? document.body, { childList: true });
  ready();
})();
