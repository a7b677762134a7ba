// Refreshes the page and sends its forms without a reload. The page works without this file.
(() => {
  'use strict';
  const { body } = document;
  const notice = document.querySelector('[data-notice]');
  let version = body.dataset.version;
  let asking = false;

  const tell = (words) => {
    notice.hidden = !words;
    notice.querySelector('p').textContent = words;
  };

  const refresh = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(`/phones/panels?${body.dataset.choice}&since=${version}`);
      const found = await answer.json();
      for (const [name, html] of Object.entries(found.panels)) {
        const panel = document.querySelector(`[data-panel="${name}"]`);
        // The server renders this HTML from the page's own templates and escapes it there.
        if (panel && panel.innerHTML !== html) panel.innerHTML = html;
      }
      version = found.version;
      if (body.dataset.lost) { delete body.dataset.lost; tell(''); }
    } catch {
      body.dataset.lost = 'yes';
      tell('The phones do not answer. Is the local run still going?');
    } finally {
      asking = false;
    }
  };

  addEventListener('submit', async (event) => {
    const form = event.target;
    if (!form.matches('[data-live]')) return;
    event.preventDefault();
    const button = event.submitter;
    const data = new FormData(form, button);
    const action = button?.getAttribute('formaction') || form.getAttribute('action');
    form.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(action, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
      const found = await answer.json();
      tell(answer.ok ? '' : found.message);
      if (answer.ok && form.matches('[data-clear]')) {
        // Clear only what was sent, not what was typed meanwhile.
        const field = form.elements.text;
        if (field.value === data.get('text')) field.value = '';
        form.elements.file.value = '';
        form.querySelectorAll('details[open]').forEach((menu) => { menu.open = false; });
      }
    } catch {
      tell('The phones do not answer. Nothing was sent.');
    } finally {
      form.removeAttribute('aria-busy');
    }
    refresh();
  });

  // A click elsewhere or Esc closes an open menu.
  addEventListener('click', (event) => {
    document.querySelectorAll('details.menu[open]').forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  addEventListener('keydown', (event) => {
    const menu = event.code === 'Escape' && document.querySelector('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  });

  setInterval(() => { if (!document.hidden) refresh(); }, 1000);
})();
