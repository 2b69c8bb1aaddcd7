package cms

import (
	"crypto"
	"errors"
	"math/big"
	"testing"
	"time"
)

func TestIssuedTokenAnswersTheRequest(t *testing.T) {
	who := stamper()
	issuer := &TimestampIssuer{Certificate: who.cert, Key: who.key}
	digest, nonce := stampedDigest(crypto.SHA384), big.NewInt(99)
	request, err := TimestampRequest(digest, crypto.SHA384, nonce)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseTimestampRequest(request)
	if err != nil || q.Hash != crypto.SHA384 || q.Nonce.Cmp(nonce) != 0 || !q.Certificates {
		t.Fatalf("%+v %v", q, err)
	}
	token, err := issuer.Issue(q, big.NewInt(4712), stampDay)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err = OpenTimestampResponse(TimestampAnswer(token), digest, nonce)
	if err != nil {
		t.Fatal(err)
	}
	got, err := verifyToken(token, rootPool())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Time.Equal(stampDay.Truncate(time.Second)) || got.Serial.Int64() != 4712 || got.Accuracy != time.Second {
		t.Errorf("%+v", got)
	}
	q.Certificates = false
	if token, err = issuer.Issue(q, big.NewInt(1), stampDay); err != nil {
		t.Fatal(err)
	}
	if _, err := verifyToken(token, rootPool()); !errors.Is(err, ErrNoSigner) {
		t.Error("a token without certificates:", err)
	}
	if _, _, err := OpenTimestampResponse(TimestampRefusal(2), digest, nonce); !errors.Is(err, ErrTimestampRefused) {
		t.Error("a refusal:", err)
	}
	for i := range request {
		if _, err := ParseTimestampRequest(request[:i]); err == nil {
			t.Fatalf("a request cut at %d is read", i)
		}
	}
}
