// Package auth knows who is at the door: accounts with passwords, sessions, API tokens. It resolves each request to one actor: a
// person in one of his posts, for an agency.
//
// It keeps: auth_accounts (one a person), auth_sessions and auth_tokens (by the SHA-256 of their secret), auth_attempts (how often a door
// was tried), auth_known (addresses a person has signed in from).
//
// An account is active or locked by an administrator. Wrong tries never lock it: they slow down the addresses they come from, so that
// nobody can shut a chairman out (T24). Answers and times are the same whether a name exists or not.
//
// Settings: auth.idle (minutes without a request, 480), auth.absolute (minutes of a session, 720), auth.confirm_minutes (how long a
// confirmation by password counts, 10; 0 = asked before every act that needs one; at most 60).
//
// Journal: account.opened, account.locked, account.unlocked, account.password_changed, account.password_reset, session.opened,
// session.refused, session.closed, session.switched, session.confirmed, session.confirm_refused, token.issued, token.revoked, installation.claimed,
// installation.confirmation_set
package auth
