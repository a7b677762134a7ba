// Reports the newest message that somebody looked at: its end was in view for some seconds, on a visible page with the
// focus. Loading or refreshing the page marks nothing as read.
(() => {
  'use strict';
  const desk = window.desk;
  const { $, $$, ask, inJson } = desk;
  const STEP = 500; // ms
  const looked = new Map(); // by message: milliseconds in view without a break
  let told = '';
  let telling = false;
  let notBefore = 0;
  const ref = (message) => message.dataset.in || message.id; // an album's newest message stands for it
  const inView = (message) => {
    const end = ($('footer', message) ?? message).getBoundingClientRect(); // its end is seen: all of it is
    if (!end.height) return false;
    const at = document.elementFromPoint(end.left + end.width / 2, end.top + end.height / 2);
    return Boolean(at) && message.contains(at);
  };
  const tell = async (id) => {
    const body = new URLSearchParams({ csrf: $('input[name=csrf]').value, message: id });
    telling = true;
    try {
      const answer = await ask(`${$('.composer').dataset.here}/seen`, { method: 'POST', body, headers: inJson });
      if (answer.ok || answer.status === 404) told = id;
    } catch { /* told again later */ }
    telling = false;
    notBefore = told === id ? 0 : Date.now() + 5000;
  };
  setInterval(() => {
    const line = $('[data-looks]');
    if (desk.gone() || telling || !line || document.hidden || !document.hasFocus()) { looked.clear(); return; }
    const all = $$('.log [data-in]');
    const fresh = all.slice(all.findIndex((one) => one.id === line.dataset.fresh));
    for (const one of all) {
      if (fresh.includes(one) && inView(one)) looked.set(ref(one), (looked.get(ref(one)) ?? 0) + STEP); else looked.delete(ref(one));
    }
    const enough = Number(line.dataset.looks) * 1000;
    const newest = fresh.reverse().find((one) => (looked.get(ref(one)) ?? 0) >= enough);
    if (newest && Date.now() >= notBefore && ref(newest) !== told && !fresh.slice(0, fresh.indexOf(newest)).some((one) => ref(one) === told)) tell(ref(newest));
  }, STEP);
})();
