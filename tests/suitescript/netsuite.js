// The part of NetSuite that runs the script: `define`, the N/ modules that it asks for, and one
// save of one project. A scenario comes in as JSON, what happened goes out as JSON.
//
// Each module knows only what Oracle documents of it and throws at anything else, so that a
// misspelt option fails here instead of in somebody's account.

'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const vm = require('node:vm');

const [scriptPath] = process.argv.slice(2);
const given = JSON.parse(fs.readFileSync(0, 'utf8'));
const done = { logs: [], lookups: [], marks: [], order: [], posts: [] };

class SuiteScriptError extends Error {
  constructor(name, words = 'words that may hold anything') {
    super(words);
    this.name = name;
  }
}

const only = (options, ...names) => {
  const strange = Object.keys(options).filter((name) => !names.includes(name));
  const missing = names.filter((name) => options[name] === undefined);
  if (strange.length || missing.length) {
    throw new SuiteScriptError('SSS_INVALID_OPTION', `${strange} ${missing}`);
  }
  return options;
};

const failing = (part) => {
  if (given.faults[part]) {
    throw new SuiteScriptError(given.faults[part]);
  }
};

const encode = { Encoding: { UTF_8: 'UTF_8', BASE_64: 'BASE_64', HEX: 'HEX' } };

const NODE_ENCODING = { UTF_8: 'utf8', BASE_64: 'base64', HEX: 'hex' };

const oneOf = (value, values) => {
  if (!Object.values(values).includes(value)) {
    throw new SuiteScriptError('SSS_INVALID_TYPE_ARG');
  }
  return value;
};

const cryptoModule = {
  HashAlg: { SHA256: 'SHA256', SHA512: 'SHA512' },
  createSecretKey(options) {
    const { secret, encoding } = only(options, 'secret', 'encoding');
    oneOf(encoding, encode.Encoding);
    failing('secret');
    if (!(secret in given.secrets)) {
      throw new SuiteScriptError('INVALID_SECRET');
    }
    return { secret, encoding };
  },
  createHmac(options) {
    const { algorithm, key } = only(options, 'algorithm', 'key');
    oneOf(algorithm, cryptoModule.HashAlg);
    const bytes = Buffer.from(given.secrets[key.secret], NODE_ENCODING[key.encoding]);
    const hmac = crypto.createHmac('sha256', bytes);
    return {
      update(what) {
        const { input, inputEncoding } = only(what, 'input', 'inputEncoding');
        hmac.update(Buffer.from(input, NODE_ENCODING[inputEncoding]));
      },
      digest(how) {
        const { outputEncoding } = only(how, 'outputEncoding');
        return hmac.digest(NODE_ENCODING[outputEncoding]);
      },
    };
  },
};

const answered = () =>
  new Promise((resolve, reject) => {
    if (given.faults.answer === 'never') {
      return;
    }
    setImmediate(() => {
      done.order.push('answered');
      if (given.faults.answer) {
        reject(new SuiteScriptError(given.faults.answer));
      } else {
        resolve({ code: given.code, body: '', headers: {} });
      }
    });
  });

const https = {
  post: Object.assign(
    () => {
      throw new SuiteScriptError('WAITED_FOR', 'the save would wait for the answer');
    },
    {
      promise(options) {
        const { url, body, headers } = only(options, 'url', 'body', 'headers');
        failing('post');
        done.posts.push({ url, body, headers: { ...headers } });
        return answered();
      },
    },
  ),
};

const cache = {
  Scope: { PRIVATE: 'PRIVATE', PROTECTED: 'PROTECTED', PUBLIC: 'PUBLIC' },
  getCache(options) {
    const { name, scope } = only(options, 'name', 'scope');
    oneOf(scope, cache.Scope);
    failing('cache');
    return {
      get: (what) => given.cache[`${name}/${only(what, 'key').key}`] ?? null,
      put(what) {
        const { key, value, ttl } = only(what, 'key', 'value', 'ttl');
        if (ttl < 300) {
          throw new SuiteScriptError('SSS_INVALID_TTL');
        }
        done.marks.push({ name: `${name}/${key}`, value, ttl });
      },
    };
  },
};

const log = Object.fromEntries(
  ['debug', 'audit', 'error'].map((level) => [
    level,
    (options) => {
      failing('log');
      done.logs.push({ level, ...only(options, 'title', 'details') });
    },
  ]),
);

const runtime = {
  accountId: given.accountId,
  getCurrentScript: () => ({
    getParameter: (options) => given.parameters[only(options, 'name').name] ?? null,
  }),
};

const search = {
  Type: { JOB: 'job' },
  lookupFields(options) {
    const { type, id, columns } = only(options, 'type', 'id', 'columns');
    done.lookups.push({ type, id, columns: [...columns] });
    failing('lookup');
    return given.stored;
  },
};

const modules = {
  'N/cache': cache,
  'N/crypto': cryptoModule,
  'N/encode': encode,
  'N/https': https,
  'N/log': log,
  'N/runtime': runtime,
  'N/search': search,
};

const load = () => {
  let script;
  const define = (names, make) => {
    script = make(
      ...names.map((name) => {
        if (!(name in modules)) {
          throw new Error(`no module ${name}`);
        }
        return modules[name];
      }),
    );
  };
  // No `require`, no `process`, no timers: SuiteScript has none.
  const world = vm.createContext({ define });
  vm.runInContext(`Date.now = () => ${Number(given.now)};`, world);
  vm.runInContext(fs.readFileSync(scriptPath, 'utf8'), world, { filename: scriptPath });
  return script;
};

const record = (fields) =>
  fields && {
    id: given.projectId,
    type: 'job',
    getValue(options) {
      failing('record');
      return fields[only(options, 'fieldId').fieldId];
    },
  };

const UserEventType = {
  CREATE: 'create', EDIT: 'edit', XEDIT: 'xedit', DELETE: 'delete', COPY: 'copy', VIEW: 'view',
};

const script = load();
done.entryPoints = Object.keys(script);
try {
  const returned = script.afterSubmit({
    type: given.type,
    UserEventType,
    newRecord: record(given.newRecord),
    oldRecord: record(given.oldRecord),
  });
  done.returned = returned === undefined ? 'nothing' : typeof returned;
} catch (fault) {
  done.thrown = String(fault);
}
done.order.push('saved');
process.on('exit', () => process.stdout.write(JSON.stringify(done)));
process.on('unhandledRejection', (fault) => {
  done.unhandled = String(fault);
});
