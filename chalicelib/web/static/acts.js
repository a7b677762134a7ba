// Sends the forms that change a ticket without leaving the page, so that nothing is lost without a connection.
(() => {
  'use strict';
  const desk = window.desk;
  const { $, $$, says, ask, filled } = desk;
  const beside = (form, text) => {
    $$('.beside').forEach((one) => one.remove());
    if (!text) return;
    const note = document.createElement('p');
    note.className = 'beside';
    note.setAttribute('role', 'alert');
    note.textContent = text;
    if (form.isConnected) form.append(note);
    setTimeout(() => note.remove(), 12000);
  };
  const bodyOf = (form, button) => {
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.set(button.name, button.value);
    return body;
  };
  const same = (answer) => new URL(answer.url).pathname.startsWith(location.pathname);
  const act = async (form, button, again = true) => {
    let answer;
    try { answer = await ask(form.action, { method: 'POST', body: bodyOf(form, button), headers: desk.held() }); } catch {
      beside(form, navigator.onLine ? says.lostAct : says.offlineAct);
      return;
    }
    if (answer.status >= 500) { beside(form, filled(says.brokenAct, { status: answer.status })); return; }
    const copy = answer.clone();
    const said = new DOMParser().parseFromString(await copy.text(), 'text/html');
    if (again && $('.gate-page [data-code=csrf]', said) && await desk.renew()) { await act(form, button, false); return; }
    if (answer.status === 404) await desk.refresh().catch(() => {}); // is the ticket gone, or only a part of it?
    const fresh = answer.status === 404 || desk.gone() ? null : await desk.read(answer);
    if (desk.gone()) return;
    if (fresh && answer.ok && same(answer)) {
      desk.swap(fresh, true, form);
      if (document.activeElement === document.body) $('#main')?.focus({ preventScroll: true });
      return;
    }
    if (fresh && answer.ok) { location.assign(answer.url); return; }
    if (fresh) { // the server renders the page with the reason beside its form
      const place = form.closest('[data-live]')?.dataset.live; // read now: replacing the part removes the form
      desk.swap(fresh, true, form);
      const shown = $('[data-refused]');
      if (shown?.checkVisibility()) { ($(`[data-live="${place}"] [aria-invalid=true]`) ?? $('#main')).focus({ preventScroll: true }); return; }
      const why = $$('[role=alert]', fresh).map((one) => one.textContent.trim()).find(Boolean);
      beside(form, why || filled(says.refusedAct, { status: answer.status }));
      return;
    }
    beside(form, $('.gate-page [role=alert] p', said)?.textContent.trim() || filled(says.refusedAct, { status: answer.status }));
  };
  const leaving = new WeakSet();
  addEventListener('submit', async (e) => {
    const form = e.target;
    if (e.defaultPrevented || form.method !== 'post' || !form.closest('.app') || form.matches('.composer')) return;
    if (leaving.has(form)) { leaving.delete(form); return; }
    e.preventDefault();
    if (form.dataset.busy) return;
    if (!navigator.onLine) { beside(form, says.offlineAct); return; }
    form.dataset.busy = '1';
    beside(form, '');
    const button = e.submitter;
    await desk.flush();
    await new Promise((done) => { setTimeout(done); }); // within a submit event requestSubmit does nothing
    if (/\/(change|retry|react|edit|delete)$/.test(new URL(form.action).pathname)) await act(form, button);
    else if (!desk.gone()) { leaving.add(form); form.requestSubmit(button); }
    delete form.dataset.busy;
  });
})();
