import type { Role } from '../../../fleet-server/src/accounts/permissions.js'

export const letters: Readonly<Record<Role, string>> = {
  owner: 'O',
  admin: 'A',
  publisher: 'P',
  operator: 'o',
  viewer: 'v',
  auditor: 'u',
}

/**
 * Who may use which route: the letters of the roles, `all` for anybody, signed in or not, `self` for
 * whoever is signed in. Written by hand: a change of who may do what shows in two places.
 */
export const accessTable: Readonly<Record<string, string>> = {
  'GET /server': 'OAPovu',
  'GET /events': 'OAPovu',

  'GET /devices': 'OAPovu',
  'GET /devices/{id}': 'OAPovu',
  'GET /devices/{id}/explain': 'OAPovu',
  'PATCH /devices/{id}': 'OAo',
  'DELETE /devices/{id}': 'OAo',
  'POST /devices/{id}/approve': 'OAo',
  'POST /devices/{id}/reject': 'OAo',
  'POST /devices/{id}/revoke': 'OAo',
  'GET /enrol': 'all',
  'POST /enrol': 'all',
  'POST /browser-sessions': 'OAo',
  'GET /waiting-devices': 'OAou',
  'GET /barred-devices': 'OAou',
  'DELETE /barred-devices/{id}': 'OAo',
  'GET /enrolment-tokens': 'OAou',
  'POST /enrolment-tokens': 'OAo',
  'DELETE /enrolment-tokens/{id}': 'OAo',

  'GET /models': 'OAPovu',
  'GET /models/{name}': 'OAPovu',
  'GET /models/{name}/releases': 'OAPovu',
  'GET /models/{name}/releases/{version}': 'OAPovu',
  'POST /models/{name}/releases': 'OAP',
  'POST /blobs/missing': 'OAP',
  'PUT /blobs/{sha256}': 'OAP',
  'GET /publishers': 'OAPovu',
  'POST /publishers': 'OA',
  'DELETE /publishers/{id}': 'OA',

  'GET /rollouts': 'OAPovu',
  'POST /rollouts': 'OAo',
  'GET /rollouts/{id}': 'OAPovu',
  'GET /rollouts/{id}/devices': 'OAPovu',
  'POST /rollouts/{id}/{action}': 'OAo',
  'GET /models/{name}/series': 'OAPovu',
  'GET /models/{name}/stats': 'OAPovu',

  'GET /session': 'all',
  'POST /session': 'all',
  'DELETE /session': 'all',
  'POST /setup': 'all',
  'GET /oidc/login': 'all',
  'GET /oidc/callback': 'all',
  'POST /passkeys/login/options': 'all',
  'POST /passkeys/login/verify': 'all',
  'POST /passkeys/register/options': 'self',
  'POST /passkeys/register/verify': 'self',
  'GET /passkeys': 'self',
  'DELETE /passkeys/{id}': 'self',
  'POST /session/password': 'self',

  'GET /users': 'OAu',
  'POST /users': 'OA',
  'PATCH /users/{id}': 'OA',
  'DELETE /users/{id}': 'OA',
  'GET /service-tokens': 'OAu',
  'POST /service-tokens': 'OA',
  'DELETE /service-tokens/{id}': 'OA',
  'GET /audit': 'OAu',
  'GET /audit/checkpoint': 'OAu',
}
