package org

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Figures are what an installation holds on a date: agencies whose work lives here, and who works in them. For the installation itself, never for a door.
type Figures struct {
	Agencies map[Level]int64
	Units    int64
	People   int64
	Posts    int64 // held on the date
	Leaders  int64 // posts with the role of a leader
	Clerks   int64 // posts with the role of a clerk
	TwoPosts int64 // people who hold more than one
	Acting   int64 // agencies whose head was only given the power, or is in charge
	Away     int64 // posts whose holder is absent
}

var (
	sqlLevels = store.SQL(`SELECT level, CAST(count(*) AS BIGINT) AS n FROM org_agencies WHERE hosted AND state = 'active' GROUP BY level`)
	sqlCount  = store.SQL(`SELECT
		(SELECT CAST(count(*) AS BIGINT) FROM org_units WHERE valid_to = '' OR valid_to >= $1) AS units,
		(SELECT CAST(count(*) AS BIGINT) FROM org_people) AS people,
		CAST(count(*) AS BIGINT) AS posts,
		COALESCE(sum(CASE WHEN roles & $2 <> 0 THEN 1 ELSE 0 END), 0) AS leaders,
		COALESCE(sum(CASE WHEN roles & $3 <> 0 THEN 1 ELSE 0 END), 0) AS clerks,
		COALESCE(sum(CASE WHEN rank = 'head' AND kind IN ('acting', 'in_charge') THEN 1 ELSE 0 END), 0) AS acting,
		(SELECT CAST(count(*) AS BIGINT) FROM org_standins AS s WHERE s.kind = 'absence' AND s.valid_from <= $1 AND (s.valid_to = '' OR s.valid_to >= $1)) AS away,
		(SELECT CAST(count(*) AS BIGINT) FROM (SELECT person_id FROM org_holdings WHERE valid_from <= $1 AND (valid_to = '' OR valid_to >= $1) GROUP BY person_id HAVING count(*) > 1) AS several) AS two_posts
		FROM org_holdings WHERE valid_from <= $1 AND (valid_to = '' OR valid_to >= $1)`)
)

// Count counts an installation on a date.
func Count(ctx context.Context, r store.Reader, at calendar.Date) (f Figures, err error) {
	type counted struct{ Units, People, Posts, Leaders, Clerks, Acting, Away, TwoPosts int64 }
	c, err := store.One[counted](ctx, r, sqlCount, at, store.Leader, store.Clerk)
	if err != nil {
		return f, err
	}
	f = Figures{Agencies: map[Level]int64{}, Units: c.Units, People: c.People, Posts: c.Posts, Leaders: c.Leaders, Clerks: c.Clerks, TwoPosts: c.TwoPosts, Acting: c.Acting, Away: c.Away}
	type level struct {
		Level Level
		N     int64
	}
	levels, err := store.All[level](ctx, r, sqlLevels)
	for _, l := range levels {
		f.Agencies[l.Level] = l.N
	}
	return f, err
}
