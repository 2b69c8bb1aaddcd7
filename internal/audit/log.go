package audit

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"congvu/internal/keys"
	"congvu/internal/proof"
	"congvu/internal/store"
)

// Log is the sealed journal of an installation. DB is needed to seal and to show, Keys to sign and to cosign; every other zero value works.
type Log struct {
	DB   *store.DB
	Keys *keys.Store
	Node string // the installation's name, which its copies share; it names the log

	// Rows gives the evidential rows of a document as a canonical text; ok = false when Ref names none. nil = only the journal is sealed.
	Rows func(ctx context.Context, r store.Reader, agency int64, ref string) (text string, ok bool, err error)
	// People are told of a fork; nil = nobody.
	People func(ctx context.Context, r store.Reader) ([]int64, error)

	Anchor string        // a file that keeps the newest checkpoint outside of the database; "" = none
	Every  time.Duration // the least time between two checkpoints; 0 = 5 seconds
	Ask    time.Duration // how often witnesses and watched logs are asked; 0 = 5 seconds
}

// Names of the two keys in the installation's store of keys.
const (
	logKey     = "journal-log"
	witnessKey = "journal-witness"
)

// settingEra counts the restorations after which the log goes on under a new name.
const settingEra = "audit.era"

func (l *Log) every() time.Duration { return orSeconds(l.Every, 5) }

func orSeconds(d time.Duration, n int) time.Duration {
	if d == 0 {
		return time.Duration(n) * time.Second
	}
	return d
}

// Origin is the name of the log. An installation that had to go on from an older copy of itself has a new one: what was signed before stays true of the old.
func (l *Log) Origin(ctx context.Context, r store.Reader) (string, error) {
	era, err := store.Setting(ctx, r, 0, settingEra, "0")
	if err != nil {
		return "", err
	}
	name := "congvu/" + l.Node
	if n, _ := strconv.Atoi(era); n > 0 {
		name += fmt.Sprintf("/%d", n)
	}
	return name, nil
}

// Key is the public key of the log, as it is handed to witnesses and to those who check proofs.
func (l *Log) Key(ctx context.Context) (proof.Key, error) {
	origin, err := l.Origin(ctx, l.DB)
	if err != nil {
		return proof.Key{}, err
	}
	key, err := l.signer(ctx, logKey)
	if err != nil {
		return proof.Key{}, err
	}
	return proof.KeyOf(origin, key, false)
}

// WitnessKey is the public key with which this installation cosigns the logs of others.
func (l *Log) WitnessKey(ctx context.Context) (proof.Key, error) {
	key, err := l.signer(ctx, witnessKey)
	if err != nil {
		return proof.Key{}, err
	}
	return proof.KeyOf(l.witnessName(), key, true)
}

func (l *Log) witnessName() string { return "congvu/" + l.Node + "/witness" }

// signer gives a key of the log, made at its first use. Copies of the installation share database and keys, so that the first one makes it while the others
// wait at the row of the database. The store of keys forces the file to disk before it answers.
func (l *Log) signer(ctx context.Context, name string) (crypto.Signer, error) {
	if l.Keys == nil {
		return nil, errors.New("audit: no store of keys")
	}
	key, _, _, err := l.Keys.Signer(name)
	if !errors.Is(err, keys.ErrNotFound) {
		return key, err
	}
	err = l.DB.Keep(ctx, func(tx *store.Tx) error {
		if err := tx.HoldCursor(ctx, "audit.key"); err != nil {
			return err
		}
		if _, _, _, err := l.Keys.Signer(name); !errors.Is(err, keys.ErrNotFound) {
			return err
		}
		_, secret, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		cert, err := ownCertificate("congvu "+name+" "+l.Node, secret, tx.Now().Time())
		if err != nil {
			return err
		}
		return l.Keys.Put(name, secret, cert, nil)
	})
	if err != nil {
		return nil, err
	}
	key, _, _, err = l.Keys.Signer(name)
	return key, err
}

// ownCertificate wraps the key for the store of keys, which keeps none without; nobody checks it.
func ownCertificate(name string, key ed25519.PrivateKey, now time.Time) (*x509.Certificate, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(50, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
