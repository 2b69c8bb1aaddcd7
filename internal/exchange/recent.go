package exchange

import (
	"sync"
	"time"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// packed holds bytes that this process has just packed and made durable, until they are sent: they need not be read and expanded again. Two generations
// bound it; what is not here is read from the blob store.
type packed struct {
	mu       sync.Mutex
	size     int64
	now, old map[string][]byte
}

const packedMost = 8 << 20 // bytes of one generation

func (p *packed) keep(sha string, b []byte) {
	if len(b) > inline {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == nil || p.size+int64(len(b)) > packedMost {
		p.now, p.old, p.size = map[string][]byte{}, p.now, 0
	}
	p.now[sha], p.size = b, p.size+int64(len(b))
}

func (p *packed) find(sha string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.now[sha]; ok {
		return b
	}
	return p.old[sha]
}

// judged remembers for a moment what the signatures of a file came to: a document for fifty agencies of one installation arrives fifty times within
// seconds with the same bytes. A minute later it is judged anew, for the time is part of the verdict.
type judged struct {
	mu       sync.Mutex
	now, old map[string]judgement
}

type judgement struct {
	at      store.Instant
	verdict string
	report  store.PackedJSON
}

const (
	judgedMost = 512
	judgedFor  = time.Minute
)

func (j *judged) keep(sha string, at store.Instant, f documents.File) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.now == nil || len(j.now) >= judgedMost {
		j.now, j.old = map[string]judgement{}, j.now
	}
	j.now[sha] = judgement{at, f.Verdict, f.VerdictReport}
}

func (j *judged) find(sha string, at store.Instant) (judgement, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	v, ok := j.now[sha]
	if !ok {
		v, ok = j.old[sha]
	}
	since := at.Time().Sub(v.at.Time())
	return v, ok && since >= 0 && since < judgedFor
}
