/**
 * Tells Export Remediation that a project may accept expenses again, or no longer: a signed hint.
 *
 * A hint carries the project's id and nothing else. It may be lost: the other side looks by itself
 * every few minutes, and always reads NetSuite before it believes anything. So nothing here is
 * repeated, nothing is waited for, and no fault ever reaches the person who saves the project.
 *
 * `Oracle X` stands for docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/X.html.
 *
 * @NApiVersion 2.1
 * @NScriptType UserEventScript
 * @NModuleScope SameAccount
 */
define([
  'N/cache', 'N/crypto', 'N/encode', 'N/https', 'N/log', 'N/runtime', 'N/search',
], (cache, crypto, encode, https, log, runtime, search) => {
  const SECRET = 'custsecret_export_remediation';
  const URL_PARAMETER = 'custscript_er_webhook_url';
  const FIELDS = ['isinactive', 'allowexpenses', 'entitystatus'];
  const TITLE = 'Export Remediation';

  // After a failure no hint is sent for this long, in seconds: NetSuite waits 5 s for a connection
  // and 45 s for an answer (Oracle section_4567628658), and neither can be set. 300 is the least
  // that a cache takes (Oracle section_4642661313).
  const REST = 300;
  const RESTING = 'resting';

  /** Oracle section_4407992281. The record is saved by now, whatever happens here. */
  const afterSubmit = (context) => {
    try {
      if (isOurs(context) && isChanged(context) && !isResting()) {
        send(String(context.newRecord.id));
      }
    } catch (fault) {
      rest(fault);
    }
  };

  const isOurs = ({ type, UserEventType }) =>
    [UserEventType.CREATE, UserEventType.EDIT, UserEventType.XEDIT].includes(type);

  /** In doubt, and if it is new, it is: a hint too many costs one look. */
  const isChanged = (context) => {
    const { newRecord, oldRecord, type, UserEventType } = context;
    if (!oldRecord) {
      return true;
    }
    const before = valuesOf(oldRecord);
    const after = type === UserEventType.XEDIT ? stored(newRecord.id) : valuesOf(newRecord);
    return FIELDS.some((field) => plain(before[field]) !== plain(after[field]));
  };

  const valuesOf = (record) =>
    Object.fromEntries(FIELDS.map((fieldId) => [fieldId, record.getValue({ fieldId })]));

  /** Inline editing gives the new record only what was edited (Oracle section_4407992281). */
  const stored = (id) => {
    try {
      return search.lookupFields({ type: search.Type.JOB, id, columns: FIELDS });
    } catch (fault) {
      log.debug({ title: TITLE, details: `project ${id} can't be read: ${nameOf(fault)}` });
      return {};
    }
  };

  /** One form of a value: a search gives a reference as [{value, text}], a record its id. */
  const plain = (value) => {
    const one = Array.isArray(value) ? value[0] : value;
    const bare = one !== null && typeof one === 'object' ? one.value : one;
    if (bare === null || bare === undefined) {
      return '';
    }
    return { true: 'T', false: 'F' }[String(bare)] || String(bare);
  };

  /**
   * Not waited for: `https.post.promise` works in server scripts (Oracle section_4619553255), and
   * if NetSuite ends the save only after it, a save is as slow as with `https.post`.
   */
  const send = (projectId) => {
    const url = runtime.getCurrentScript().getParameter({ name: URL_PARAMETER });
    if (!url) {
      log.error({ title: TITLE, details: `parameter ${URL_PARAMETER} is empty: nothing is sent` });
      return;
    }
    const data = { version: 1, accountId: runtime.accountId, projectId };
    const body = JSON.stringify({ type: 'Project Changed', data });
    https.post.promise({ url, body, headers: headersOf(projectId, body) }).then(told).catch(rest);
  };

  /** Standard Webhooks 1.0.0: an id of its own, seconds since 1970, HMAC-SHA256 over all three. */
  const headersOf = (projectId, body) => {
    const now = Date.now();
    const id = `project-${projectId}-${now}-${Math.random().toString(36).slice(2)}`;
    const timestamp = String(Math.floor(now / 1000));
    return {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature(`${id}.${timestamp}.${body}`)}`,
    };
  };

  /** The key never comes into the script: it is named, not read (Oracle section_161299949029). */
  const signature = (input) => {
    const key = crypto.createSecretKey({ secret: SECRET, encoding: encode.Encoding.UTF_8 });
    const hmac = crypto.createHmac({ algorithm: crypto.HashAlg.SHA256, key });
    hmac.update({ input, inputEncoding: encode.Encoding.UTF_8 });
    return hmac.digest({ outputEncoding: encode.Encoding.BASE_64 });
  };

  const told = ({ code }) => {
    if (code >= 300) {
      rest({ name: `status ${code}` });
    }
  };

  const marks = () => cache.getCache({ name: 'export_remediation', scope: cache.Scope.PRIVATE });

  const isResting = () => {
    try {
      return Boolean(marks().get({ key: RESTING }));
    } catch (fault) {
      return false;
    }
  };

  /** Names only: the words of an error may hold the address. */
  const rest = (fault) => {
    try {
      log.error({ title: TITLE, details: `no hint was sent: ${nameOf(fault)}; resting ${REST} s` });
      marks().put({ key: RESTING, value: 'T', ttl: REST });
    } catch (another) {
      // There is nobody left to tell, and the save must not fail.
    }
  };

  const nameOf = (fault) => (fault && fault.name) || 'unknown';

  return { afterSubmit };
});
