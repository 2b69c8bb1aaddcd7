// Package localsigner simulates the program of the state's certification authority that signs on the signer's own machine (domain/signing.md
// S12): it listens on wss://127.0.0.1:8987/<Operation>, takes one JSON request a socket, fetches the file, signs it with its key, brings it to the
// upload handler and answers in JSON. It is for tests and demonstrations, and says so in every answer; it is not the real program.
//
// It also misbehaves on demand as real machines do: the user cancels, the key is another one, the file is tampered with on its way, the
// program is older and does not know an operation, it is slow.
//
// Unlike the real program it serves only pages of the very server that it fetches from and brings to, and asks before it signs (Ask): a key
// behind a socket on the loopback must not sign for every page that is open in a browser.
//
// Limits: a request 64 KB, a file 64 MB, an upload handler's answer 64 KB, one call 5 minutes.
package localsigner
