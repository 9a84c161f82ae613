// An OpenID provider for the tests: oidc-provider, people who sign in by themselves, and a browser that they do it with.
//
// It speaks with the server under test as any provider does. What the tests tell it goes over a listener of its own, whose port
// is the first line of the output: POST /people, /browse, /lie. It ends when its input does.
import { createServer, request as plainRequest } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignJWT, decodeJwt, importJWK } from 'jose';
import Provider from 'oidc-provider';

const { clientId, clientSecret, redirectUri, folder } = JSON.parse(process.argv[2]);
const people = new Map();
// What is wrong with the next tokens: { claims, header, key } or nothing.
let lie = null;

const jwk = (pair) => ({ ...pair.privateKey.export({ format: 'jwk' }), use: 'sig' });
const rsa = { ...jwk(generateKeyPairSync('rsa', { modulusLength: 2048 })), alg: 'RS256', kid: 'first' };

function configuration() {
  return {
    clients: [{
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }],
    claims: { openid: ['sub', 'acr', 'amr'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    acrValues: ['urn:example:gold'],
    cookies: { keys: ['of the tests'] },
    jwks: { keys: [rsa] },
    features: { devInteractions: { enabled: false } },
    rotateRefreshToken: true,
    pkce: { methods: ['S256'], required: () => true },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 86400, IdToken: 600, Interaction: 600, RefreshToken: 86400, Session: 86400 },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => {
      const person = people.get(id);
      if (!person || person.disabled) return undefined;
      return { accountId: id, claims: () => ({ sub: id, ...person.claims }) };
    },
  };
}

// Signs the ID token of an answer anew, with what is wrong with it.
async function lied(body) {
  const { claims = {}, header = { alg: 'RS256', kid: rsa.kid }, key = 'own' } = lie;
  const payload = { ...decodeJwt(body.id_token), ...claims };
  if (header.alg === 'none') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part(header)}.${part(payload)}.`;
  }
  const keys = {
    own: () => importJWK(rsa, header.alg),
    // What RFC 8725, section 2.1 warns of: what both sides know taken for a key.
    secret: () => new TextEncoder().encode(clientSecret),
    // Any other key, under the name of the right one.
    stranger: () => importJWK(jwk(generateKeyPairSync('rsa', { modulusLength: 2048 })), header.alg),
  };
  return new SignJWT(payload).setProtectedHeader(header).sign(await keys[key]());
}

// Whoever is at the browser signs in and agrees to everything.
async function interact(provider, request, response) {
  const { prompt, session, params } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const name = /(?:^|; )person=([^;]*)/.exec(request.headers.cookie)?.[1];
    const person = people.get(name);
    if (!person || person.disabled) {
      return provider.interactionFinished(request, response, { error: 'access_denied' });
    }
    const login = { accountId: name, acr: person.acr, amr: person.amr };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

function serve(issuer, server) {
  const provider = new Provider(issuer, configuration());
  provider.use(async (context, next) => {
    await next();
    if (lie && context.path === '/token' && context.body?.id_token) {
      context.body = { ...context.body, id_token: await lied(context.body) };
    }
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return interact(provider, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
}

const listening = (server) => new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(server.address().port));
});

function fetched(url, cookies) {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return new Promise((resolve, reject) => {
    send(url, { headers: { cookie, accept: 'text/html' }, rejectUnauthorized: false }, (response) => {
      let body = '';
      response.on('data', (part) => { body += part; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    }).on('error', reject).end();
  });
}

// Goes where the browser is sent until it is sent back to the client.
async function browse({ url, person }) {
  const cookies = new Map([['person', person]]);
  for (let at = new URL(url), steps = 0; steps < 20; steps += 1) {
    const { status, headers, body } = await fetched(at, cookies);
    for (const line of headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    if (!headers.location) return { status, body };
    at = new URL(headers.location, at);
    if (at.href.startsWith(redirectUri)) return { location: at.href };
  }
  return { body: 'no end of redirects' };
}

const told = {
  '/people': ({ id, ...person }) => { people.set(id, person); return {}; },
  '/lie': (next) => { lie = next; return {}; },
  '/browse': browse,
};

const control = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const answer = await told[request.url](JSON.parse(body));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
});

const tls = createTlsServer({ key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/certificate.pem`) });
const plain = createServer();
const [port, tlsPort, plainPort] = await Promise.all([control, tls, plain].map(listening));
serve(`https://localhost:${tlsPort}`, tls);
serve(`http://localhost:${plainPort}`, plain);
console.log(JSON.stringify({ port, tlsPort, plainPort }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
