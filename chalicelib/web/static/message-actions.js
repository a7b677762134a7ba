// Quoting without leaving the page, and clearing quote and choices once the reply is sent.
(() => {
  'use strict';
  const { $, $$ } = window.desk;
  const quote = (id, text) => {
    const place = $('[data-quoting]');
    if (!place) return false;
    $('input', place).value = id;
    $('input', place).dispatchEvent(new Event('input', { bubbles: true })); // it is kept with the draft
    $('[data-quoted]', place).textContent = text;
    place.hidden = !id;
    const radio = $('.modes [value=reply]');
    if (radio) radio.checked = true;
    $('.pane.reply textarea')?.focus();
    return true;
  };
  const said = (message) => $$(':scope > p, :scope > .kind', message).map((one) => one.textContent.trim()).filter(Boolean).join(' ').slice(0, 160);
  // The page is asked for by its address, so that a quote that was loaded with it is forgotten there, too.
  const forget = () => {
    const address = new URL(location.href);
    if (!address.searchParams.has('quote')) return;
    address.searchParams.delete('quote');
    history.replaceState(history.state, '', address);
  };
  addEventListener('click', (e) => {
    const link = e.target.closest?.('[data-quote]');
    if (link && !e.ctrlKey && !e.metaKey && quote(link.dataset.quote, said(link.closest('.msg')))) e.preventDefault();
    if (e.target.closest?.('[data-unquote]')) { e.preventDefault(); quote('', ''); forget(); }
  });
  addEventListener('desk-sent', () => {
    const field = $('.pane.reply textarea');
    if ($('[data-quoting] input')?.value) { quote('', ''); forget(); }
    const choices = $('[data-choices]');
    if (choices) { $$('input', choices).forEach((one) => { one.value = ''; }); choices.open = false; }
    field?.focus();
  });
  // A sign that somebody types, where the deployment wants it: one in so many seconds, and nobody waits for it.
  let typed = 0;
  addEventListener('input', (e) => {
    const form = e.target.closest?.('[data-typing]');
    if (!form || e.target.name !== 'text' || Date.now() - typed < form.dataset.typing * 1000) return;
    const newest = $$('.msg[data-in]').at(-1);
    if (!newest) return;
    typed = Date.now();
    const body = new URLSearchParams({ csrf: $('input[name=csrf]', form).value, message: newest.id });
    fetch(`${form.dataset.here}/typing`, { method: 'POST', body, headers: window.desk.inJson }).catch(() => {});
  });
  addEventListener('keydown', (e) => {
    const at = document.activeElement;
    const typing = at.matches('textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])');
    if (e.code !== 'KeyQ' || typing || e.ctrlKey || e.metaKey || e.altKey) return;
    const newest = $$('.msg[data-in] [data-quote]').at(-1);
    if (newest) { e.preventDefault(); newest.click(); }
  });
})();
