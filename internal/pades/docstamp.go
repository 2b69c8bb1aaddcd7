package pades

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"congvu/internal/pdf"
)

// usualToken is the room for the token of an authority of which none has been seen yet.
const usualToken = 8 << 10

// stampDocument appends a document time stamp over the whole file as a revision of its own (ISO 32000-2, 12.8.5). It is
// allowed whatever the certification says: it adds proof, not content. reserve is the room for the token; one that is
// longer costs a second call.
func stampDocument(ctx context.Context, file []byte, s Stamper, reserve int) ([]byte, error) {
	for again := true; ; again = false {
		tail, err := prepareStamp(file, reserve)
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		h.Write(file)
		h.Write(tail.bytes[:tail.hole[0]])
		h.Write(tail.bytes[tail.hole[1]:])
		token, err := askToken(ctx, s, h.Sum(nil))
		if err != nil {
			return nil, err
		}
		err = putContainer(tail.bytes[tail.hole[0]:tail.hole[1]], token)
		if err == nil {
			return slices.Concat(file, tail.bytes), nil
		}
		if !errors.Is(err, ErrReserve) || !again {
			return nil, err
		}
		reserve = len(token) + len(token)/4
	}
}

func prepareStamp(file []byte, reserve int) (*increment, error) {
	f, err := openForChange(file)
	if err != nil {
		return nil, err
	}
	w := &signing{file: f, update: pdf.NewUpdate(f), req: Request{Field: freeName(f, "DocTimeStamp")}}
	if w.body, w.hole, err = hollow("/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161", reserve, pdf.Dict{}); err != nil {
		return nil, err
	}
	w.dict = w.update.Add(pdf.Raw(w.body))
	if err := w.writeField(); err != nil {
		return nil, err
	}
	return w.finish()
}

// freeName is the first name of that kind which no field bears.
func freeName(f *pdf.File, kind string) string {
	taken := map[string]bool{}
	for _, x := range formFields(f) {
		taken[x.name] = true
	}
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s%d", kind, n); !taken[name] {
			return name
		}
	}
}
