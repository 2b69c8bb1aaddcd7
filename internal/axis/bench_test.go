package axis

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
)

func BenchmarkSend(b *testing.B) {
	for _, senders := range []int{1, 16} {
		for _, size := range []int{5 << 10, 500 << 10} {
			b.Run(fmt.Sprintf("%d senders/%d KB", senders, size>>10), func(b *testing.B) {
				a := open(b, Config{})
				body := make([]byte, size)
				var n atomic.Int64
				b.SetBytes(int64(size))
				b.SetParallelism(senders)
				b.ResetTimer()
				work := func() {
					i := n.Add(1)
					if err := a.Send(context.Background(), Parcel{ID: fmt.Sprint(i), From: "A", To: fmt.Sprint("B", i%200), Kind: "edoc", Body: body}); err != nil {
						b.Error(err)
					}
				}
				if senders == 1 {
					for range b.N {
						work()
					}
				} else {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							work()
						}
					})
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "parcels/s")
			})
		}
	}
}

func BenchmarkSendAll(b *testing.B) {
	a := open(b, Config{})
	body := make([]byte, 5<<10)
	var ps []Parcel
	for i := range b.N {
		ps = append(ps, Parcel{ID: fmt.Sprint(i), From: "A", To: fmt.Sprint("B", i%633), Kind: "edoc", Body: body})
	}
	b.ResetTimer()
	if _, err := a.SendAll(context.Background(), ps); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "parcels/s")
}

func BenchmarkOpen(b *testing.B) {
	for range b.N {
		a, err := Open(context.Background(), Config{Node: "mot", StoreDir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = a.Close()
		b.StartTimer()
	}
}

func BenchmarkReopen(b *testing.B) {
	dir := b.TempDir()
	for range b.N {
		a, err := Open(context.Background(), Config{Node: "mot", StoreDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = a.Close()
		b.StartTimer()
	}
}
