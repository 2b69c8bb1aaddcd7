package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/city"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/i18n"
	"congvu/internal/notify"
	"congvu/internal/search"
	"congvu/internal/store"
)

// seedFlags are the knobs of a city as they are typed.
type seedFlags struct {
	city, profile, scale, names, date string
	quarters, cities                  int
	seed                              uint64
	thin                              bool
}

const seedUsage = "seed --city hanoi [--profile 2023|2025b] [--scale N] [--quarters Q --cities C] [--seed S] [--date NGÀY] [--names TỆP] [--thin] --data THƯ_MỤC [--db postgres://…]"

// seed builds a whole city with a quarter of its work, or goes on building the one that was begun there.
func seed(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "seed", seedUsage)
	var f seedFlags
	fs.StringVar(&f.city, "city", "hanoi", "thành phố: hanoi")
	fs.StringVar(&f.profile, "profile", city.ThreeLevels, "2023: ba cấp, 633 cơ quan; 2025b: hai cấp, 146 cơ quan")
	fs.StringVar(&f.scale, "scale", "1", "1: đúng một quý; nhỏ hơn (từ 0,01): một phần của quý; 10: mười quý; 100: mười quý của mười thành phố")
	fs.IntVar(&f.quarters, "quarters", 0, "số quý (chiều sâu), thay cho --scale lớn hơn 1")
	fs.IntVar(&f.cities, "cities", 0, "số thành phố (chiều rộng), thay cho --scale lớn hơn 1")
	fs.Uint64Var(&f.seed, "seed", demoSeed, "hạt giống: cùng hạt giống cho cùng người, khóa, văn bản")
	fs.BoolVar(&f.thin, "thin", false, "các quý, thành phố chép thêm chỉ có sổ, văn bản, hồi báo; không nhật ký, lịch sử, thông báo: chỉ để đo tăng trưởng, không để làm việc")
	fs.StringVar(&f.date, "date", "", "ngày kết thúc quý, năm-tháng-ngày; bỏ trống: hôm nay")
	fs.StringVar(&f.names, "names", "", "tệp CSV tên chính thức của xã, phường trước và sau 01/07/2025; bỏ trống: tên đặt ra")
	profile := fs.String("cpuprofile", "", "ghi hồ sơ CPU (pprof) của cả lần tạo vào tệp này")
	s := newSettings(w, fs, true)
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("seed không nhận tham số nào ngoài tùy chọn")
	}
	if s.Data == "data" && s.list[0].from == "mặc định" {
		return badUsage("cần --data THƯ_MỤC, nơi tạo thành phố")
	}
	ended, err := profiled(*profile)
	if err != nil {
		return err
	}
	defer ended()
	order, err := f.order(time.Now(), isSet(fs, "scale"))
	if err != nil {
		return err
	}
	return buildWhole(ctx, w, s, order)
}

func isSet(fs *flag.FlagSet, name string) (set bool) {
	fs.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// order turns what was typed into a city.
func (f seedFlags) order(now time.Time, scaled bool) (o city.Whole, err error) {
	o = city.Whole{Now: now, Seed: f.seed, Profile: f.profile, Quarters: max(f.quarters, 1), Cities: max(f.cities, 1), Thin: f.thin}
	if f.city != "hanoi" {
		return o, badUsage("--city nhận hanoi: các thành phố thêm bằng --cities có tên đặt ra")
	}
	if f.profile != city.ThreeLevels && f.profile != city.TwoLevels {
		return o, badUsage("--profile nhận 2023 hoặc 2025b")
	}
	if f.quarters < 0 || f.cities < 0 {
		return o, badUsage("--quarters và --cities là số từ 1 trở lên")
	}
	if o.Scale, err = strconv.ParseFloat(strings.Replace(f.scale, ",", ".", 1), 64); err != nil || math.IsNaN(o.Scale) || o.Scale < 0.01 {
		return o, badUsage("--scale nhận một số từ 0,01 trở lên, thí dụ 0,01; 1; 10; 100")
	}
	if o.Scale > 1 {
		n := int(o.Scale)
		switch {
		case f.quarters > 0 || f.cities > 0:
			return o, badUsage("--scale lớn hơn 1 đã nói số quý và số thành phố; chỉ dùng một trong hai cách")
		case float64(n) != o.Scale || n > 10 && n%10 != 0 || n > 1000:
			return o, badUsage("--scale lớn hơn 1 là 2 đến 10 (số quý), hoặc 20, 30 … 1000 (mười quý của nhiều thành phố)")
		}
		o.Scale, o.Quarters, o.Cities = 1, min(n, 10), max(n/10, 1)
	}
	if f.date != "" {
		day := calendar.Date(f.date)
		if !day.Valid() || day.At(17, 0).After(now) {
			return o, badUsage("--date nhận một ngày đã qua dạng năm-tháng-ngày, thí dụ 2026-03-31")
		}
		o.Now = day.At(17, 0)
	}
	if f.names != "" {
		file, err := os.Open(f.names)
		if err != nil {
			return o, store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", f.names), err)
		}
		defer file.Close()
		if o.Official, err = city.ReadPlaces(io.LimitReader(file, largestTable)); err != nil {
			return o, err
		}
	}
	return o, nil
}

// buildWhole builds the ordered city, from nothing or from where an earlier run was cut off.
func buildWhole(ctx context.Context, w *world, s *settings, order city.Whole) error {
	begun := time.Now()
	was, done, ok, err := peek(ctx, s)
	if err != nil {
		return err
	}
	if ok && !order.Same(was) {
		return was.Begun()
	}
	if done {
		fmt.Fprintf(w.out, "Thành phố này đã hoàn chỉnh trong %s: không có gì phải làm. Xem thử: congvu demo --data %s\n", s.Data, s.Data)
		return nil
	}
	if ok {
		order.Now = was.Now
		fmt.Fprintf(w.out, "Làm tiếp thành phố đang tạo dở trong %s:\n", s.Data)
	} else {
		if err := enoughRoom(s.Data, order); err != nil {
			return err
		}
		fmt.Fprintf(w.out, "Tạo thành phố trong %s:\n", s.Data)
	}
	in, clock, err := openBuilding(ctx, s, order)
	if err != nil {
		return err
	}
	defer in.Close()
	authority, err := city.Authority(order.Seed, order.First().At(0, 0))
	if err != nil {
		return err
	}
	show := &steps{w: w}
	order.Progress = show.progress
	seeder := &city.Seeder{DB: in.DB, Desk: in.Desk, Exchange: in.Exchange, Clock: clock, Authority: authority}
	totals, err := seeder.BuildWhole(ctx, order)
	if err == nil {
		err = settleSeed(ctx, in, order, show)
	}
	show.end()
	if totals != nil {
		printTotals(w.out, totals)
	}
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return errors.New("đã dừng giữa chừng: phần đã tạo được giữ; chạy lại đúng lệnh này để làm tiếp")
		}
		return err
	}
	fmt.Fprintf(w.out, "Xong sau %.1f giây: %s. Mật khẩu chung: %s. Xem thử: congvu demo --data %s\n", time.Since(begun).Seconds(), headline(totals), city.Password, s.Data)
	return nil
}

// settleSeed lets those who live behind the journal hear of the whole past, so that the first server that serves the city has nothing to catch up on, and brings everything
// to the disk. Words of files are not read and signatures not kept for long in a city of samples: that would keep two cores busy for days.
func settleSeed(ctx context.Context, in *installation, order city.Whole, show *steps) error {
	for _, do := range []struct {
		step string
		run  func(context.Context) error
	}{
		{"Thông báo", func(ctx context.Context) error {
			return notify.CatchUp(ctx, in.DB, store.InstantOf(order.Now.AddDate(0, 0, -3)))
		}},
		{"Quyền xem", func(ctx context.Context) error { return documents.CatchUpRights(ctx, in.DB) }},
		{"Hồ sơ", func(ctx context.Context) error {
			return in.DB.CatchUpMany(ctx, dossiers.Follower, time.Minute, func(ctx context.Context, tx *store.Tx, all []store.Entry) error {
				for _, e := range all {
					if err := dossiers.Hear(ctx, tx, e); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{"Chỉ mục tìm kiếm", func(ctx context.Context) error {
			if _, err := in.index().Reindex(ctx, func(int) {}); err != nil { // each document once, not at each thing that happened to it; copies may have no journal
				return err
			}
			return in.DB.EndFollowers(ctx, search.Follower)
		}},
		{"Niêm phong nhật ký", in.Log.CatchUp},
		{"Đưa dữ liệu xuống đĩa", func(ctx context.Context) error {
			if err := in.DB.EndFollowers(ctx, documents.Transcriber, documents.Preserver); err != nil {
				return err
			}
			if err := in.DB.Tidy(ctx); err != nil {
				return err
			}
			return in.built(ctx)
		}},
	} {
		show.progress(do.step, 0, 0)
		if err := do.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(do.step), err)
		}
	}
	return nil
}

// peek looks at what a place holds: nothing, or a city that was begun there. Anything else is refused.
func peek(ctx context.Context, s *settings) (was city.Whole, done, ok bool, err error) {
	c := store.Config{Dir: s.Data, URL: s.DB, Migrate: true}
	db, err := store.Open(ctx, c)
	if errors.Is(err, store.ErrBuilding) {
		c.Building = true
		db, err = store.Open(ctx, c)
	}
	if err != nil {
		return was, false, false, err
	}
	defer db.Close()
	if was, done, ok, err = city.Ordered(ctx, db); err != nil || ok {
		return was, done, ok, err
	}
	last, err := store.LastAct(ctx, db)
	if err == nil && last != 0 {
		err = fmt.Errorf("%s đã có dữ liệu khác: chọn nơi còn trống; dữ liệu ở đó được giữ nguyên", s.Data)
	}
	return was, false, false, err
}

// openBuilding opens the place for building, with a clock of its own and the authority of the city's certificates believed.
func openBuilding(ctx context.Context, s *settings, order city.Whole) (*installation, *city.Clock, error) {
	clock := order.Clock()
	authority, err := city.Authority(order.Seed, order.First().At(0, 0))
	if err != nil {
		return nil, nil, err
	}
	trust := filepath.Join(s.Data, "trust")
	if err := os.MkdirAll(trust, 0o700); err != nil {
		return nil, nil, err
	}
	if err := authority.WriteTrust(trust); err != nil {
		return nil, nil, err
	}
	log := slog.New(slog.DiscardHandler)
	in, err := openServing(ctx, s, opening{migrate: true, clock: clock, allowTest: true, building: true}, log)
	if err != nil {
		return nil, nil, err
	}
	in.Desk.Stamper, in.Desk.Witness = nil, nil // what is signed in the past cannot be stamped in the past
	return in, clock, nil
}

// What a city takes on the disk, measured with a quarter on SQLite: the agencies and people, the played quarter with its files, and each quarter copied from it.
const (
	censusBytes = 200 << 20
	playedBytes = 11 << 30
	copiedBytes = 4 << 30
	spareBytes  = 200 << 20
)

// enoughRoom refuses to begin what the disk cannot hold.
func enoughRoom(dir string, o city.Whole) error {
	needed := int64(float64(censusBytes+playedBytes)*o.Scale) + int64(float64(copiedBytes)*o.Scale*float64(o.Quarters*o.Cities-1)) + spareBytes
	free, known := freeSpace(dir)
	if !known || free >= needed {
		return nil
	}
	return fmt.Errorf("đĩa của %s còn %s, thành phố này cần khoảng %s: chọn nơi khác hoặc quy mô nhỏ hơn; chưa tạo gì", dir, i18n.Size("vi", free), i18n.Size("vi", needed))
}

func printTotals(out io.Writer, t *city.Totals) {
	for _, l := range t.Lines {
		mark := "đúng"
		if l.Got != l.Want {
			mark = "SAI, phải là " + i18n.Number("vi", l.Want)
		}
		fmt.Fprintf(out, "  %-44s %12s  %s\n", l.Name, i18n.Number("vi", l.Got), mark)
	}
}

// headline is the city in one line.
func headline(t *city.Totals) string {
	var parts []string
	for _, l := range t.Lines {
		if l.Headline != "" {
			parts = append(parts, i18n.Number("vi", l.Got)+" "+l.Headline)
		}
	}
	return strings.Join(parts, ", ")
}
