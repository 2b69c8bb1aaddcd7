// Package keys keeps the server's signing keys, the trust stores, and the authority of tests and demonstrations.
//
// The Store is a folder with one sealed file per key: PKCS#8 under AES-256-GCM, bound to the key's name and certificate,
// the wrapping key derived once by Argon2id from a master secret. Who copies the folder without the secret has nothing.
// Keys of persons live on their own devices (NĐ 30/2020 art. 32); the Store is for agency keys that the law lets a server
// hold, and for demonstrations.
//
// Keys on hardware stay there: a Ring attached to the Store lists and uses them beside the sealed ones.
//
// A Trust is a folder of PEM files with the pins, purposes and validity that an administrator confirmed. No root is built
// into the program (domain/signing.md S7.1). It answers whether a chain holds at a time for a purpose, not whether it was revoked.
//
// The test authority issues certificates that name themselves worthless; a Trust refuses them unless told otherwise.
package keys
