use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn reads_dates_of_the_calendar_only() {
    assert_eq!(date("1970-01-01").days(), 0);
    assert_eq!(date("2026-11-16").days(), 20_773);
    assert_eq!((date("0001-01-01"), date("9999-12-31")), (Date::MIN, Date::MAX));
    for (text, expected) in [
        ("2026-02-29", "there is no `2026-02-29`"),
        ("2026-13-01", "there is no `2026-13-01`"),
        ("0000-01-01", "there is no `0000-01-01`"),
        ("2026-1-1", "`2026-1-1` is not a date: write it like `2026-09-01`"),
        ("16.11.2026", "`16.11.2026` is not a date: write it like `2026-09-01`"),
    ] {
        assert_eq!(Date::parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn months_end_where_the_month_ends() {
    let check = |from: &str, months, expected: Option<&str>| {
        assert_eq!(date(from).plus_months(months).map(|d| d.to_string()).as_deref(), expected);
    };
    check("2026-01-31", 1, Some("2026-02-28"));
    check("2024-01-31", 1, Some("2024-02-29"));
    check("2026-03-31", -1, Some("2026-02-28"));
    check("2026-11-16", 14, Some("2028-01-16"));
    check("9999-12-01", 1, None);
    check("0001-01-01", -1, None);
    check("2026-11-16", i64::MAX, None);
}

#[test]
fn reads_times_with_and_without_offset() {
    let check = |text: &str, expected: &str| {
        assert_eq!(Time::parse(text, &zone("America/New_York")).map(|t| t.to_string()), Ok(expected.into()), "{text}");
    };
    check("2026-11-16T18:04:00-05:00", "2026-11-16T23:04:00Z");
    check("2026-11-16T18:04:00Z", "2026-11-16T18:04:00Z");
    check("2026-11-16T18:04:00", "2026-11-16T23:04:00Z");
    check("2026-11-16 18:04", "2026-11-16T23:04:00Z");
    check("2026-07-01 18:04", "2026-07-01T22:04:00Z");
    check("2026-11-16T18:04:00.25+0530", "2026-11-16T12:34:00.25Z");
    check("2026-11-16t18:04:00.123456789z", "2026-11-16T18:04:00.123456Z");
    check("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
    check("2026-09-03 10:14:00 -0400", "2026-09-03T14:14:00Z");
    check("2026-09-03T10:14 +05:30", "2026-09-03T04:44:00Z");
    check("2026-09-03 10:14:00 UTC", "2026-09-03T10:14:00Z");
    check("2026-09-03 10:14:00.5 GMT", "2026-09-03T10:14:00.5Z");
    check("2026-09-03 10:14:00UTC", "2026-09-03T10:14:00Z");
    check("2026-09-03 10:14:00 Z", "2026-09-03T10:14:00Z");
    check("2026-09-03 10:14:00+00", "2026-09-03T10:14:00Z");
    check("2026-09-03 10:14:00.123456-04", "2026-09-03T14:14:00.123456Z");
}

#[test]
fn skipped_and_repeated_local_times_are_as_before_the_change() {
    let check = |text: &str, expected: &str| {
        assert_eq!(Time::parse(text, &zone("America/New_York")).unwrap().to_string(), expected);
    };
    check("2026-03-08T02:30:00", "2026-03-08T07:30:00Z");
    check("2026-11-01T01:30:00", "2026-11-01T05:30:00Z");
}

#[test]
fn says_what_is_wrong_with_a_time() {
    for (text, expected) in [
        ("2026-11-16", "`2026-11-16` is not a time: write it like `2026-09-01T18:04:00-05:00`"),
        ("tomorrow", "`tomorrow` is not a time: write it like `2026-09-01T18:04:00-05:00`"),
        (
            "2026-11-16T18:04:00 America/New_York",
            "`2026-11-16T18:04:00 America/New_York` is not a time: write it like `2026-09-01T18:04:00-05:00`",
        ),
        ("2026-11-16T18:04 ", "`2026-11-16T18:04 ` is not a time: write it like `2026-09-01T18:04:00-05:00`"),
        ("2026-11-16T18:04  Z", "`2026-11-16T18:04  Z` is not a time: write it like `2026-09-01T18:04:00-05:00`"),
        ("2026-11-16T18:04 EST", "`2026-11-16T18:04 EST` is not a time: write it like `2026-09-01T18:04:00-05:00`"),
        ("2026-11-16T25:00", "there is no `2026-11-16T25:00`"),
        ("2026-11-31T12:00", "there is no `2026-11-31T12:00`"),
        ("2026-11-16T18:04:60Z", "there is no `2026-11-16T18:04:60Z`"),
        ("0001-01-01T00:00:00+01:00", "`0001-01-01T00:00:00+01:00` lies outside the years 1 to 9999"),
    ] {
        assert_eq!(Time::parse(text, &Zone::utc()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn the_date_is_the_zones() {
    let late = Time::parse("2026-11-17T02:00:00Z", &Zone::utc()).unwrap();
    assert_eq!(zone("America/New_York").date_of(late), Some(date("2026-11-16")));
    assert_eq!(zone("Asia/Tokyo").date_of(late), Some(date("2026-11-17")));
    assert_eq!(zone("America/New_York").date_of(Time::MIN), None);
    assert_eq!(zone("Asia/Tokyo").date_of(Time::MAX), None);
    assert_eq!(zone("America/New_York").date_of(Time::MAX), Some(Date::MAX));
    assert_eq!(late.in_zone(&zone("America/New_York")), "2026-11-16T21:00:00-05:00");
}

#[test]
fn a_day_begins_at_midnight_of_the_zone() {
    let start = zone("America/New_York").start_of(date("2026-11-16")).unwrap();
    assert_eq!(start.to_string(), "2026-11-16T05:00:00Z");
}

#[test]
fn knows_zones_by_name_only() {
    let error = Zone::parse("America/New_Yrok").unwrap_err().to_string();
    assert_eq!(error, "`America/New_Yrok` is not a time zone: did you mean `America/New_York`?");
    let error = Zone::parse("here").unwrap_err().to_string();
    assert_eq!(error, "`here` is not a time zone: write it like `America/New_York`");
}

#[test]
fn reads_lengths_of_time() {
    let check = |text: &str, expected: &str| {
        assert_eq!(Duration::parse(text).map(|d| d.to_string()), Ok(expected.into()), "{text}");
    };
    check("36 h", "36 h");
    check("90 min", "1 h 30 min");
    check("1 h 30 min", "1 h 30 min");
    check("1h30min", "1 h 30 min");
    check("1.5 h", "1 h 30 min");
    check("0 h", "0 min");
    check("-2 h", "-2 h");
    check("90.5 s", "1 min 30.5 s");
    check("PT36H", "36 h");
    check("PT1H30M", "1 h 30 min");
    check("-PT90S", "-1 min 30 s");
}

#[test]
fn says_what_is_wrong_with_a_length_of_time() {
    let way = "is not a length of time: write it like `36 h`, `90 min` or `1 h 30 min`";
    for text in
        ["", "36", "h", "36 hours", "30 min 1 h", "1 h 1 h", "PT", "PT5", "P", "0.0000001 s", "1 h -30 min", "--1 h"]
    {
        assert_eq!(Duration::parse(text).unwrap_err().to_string(), format!("`{text}` {way}"));
    }
    for text in ["2 days", "1 week", "P1D", "P1DT2H"] {
        assert!(matches!(Duration::parse(text), Err(DurationError::Calendar(_))), "{text}");
    }
    for text in ["9999999999999 h", "-9999999999999999999 s"] {
        assert!(Duration::parse(text).is_err(), "{text}");
    }
}

#[test]
fn reads_and_prints_days() {
    assert_eq!(["14 days", "1 day", "-3 days"].map(parse_days), [Some(14), Some(1), Some(-3)]);
    assert_eq!(["14", "14 d", "1.5 days", "days", "14days"].map(parse_days), [None; 5]);
    assert_eq!([14, 1, 0, -1].map(days_text), ["14 days", "1 day", "0 days", "-1 day"]);
    assert_eq!(parse_months("3 months"), Some(3));
}

fn any_date() -> impl Strategy<Value = Date> {
    (Date::MIN.days()..=Date::MAX.days()).prop_map(|days| Date::from_days(days).unwrap())
}

fn any_time() -> impl Strategy<Value = Time> {
    prop_oneof![Time::MIN.micros()..=Time::MAX.micros(), 0..2_000_000_000 * SECOND]
        .prop_map(|micros| Time::from_micros(micros).unwrap())
}

fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(vec!["America/New_York", "Europe/Vienna", "Asia/Kathmandu", "Pacific/Apia", "UTC"])
        .prop_map(zone)
}

fn jiff_of(date: Date) -> jiff::civil::Date {
    let (year, month, day) = date.civil();
    jiff::civil::date(year.try_into().unwrap(), month.try_into().unwrap(), day.try_into().unwrap())
}

proptest! {
    #[test]
    fn dates_agree_with_jiff(date in any_date(), months in -30_000..30_000_i64) {
        prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
        prop_assert_eq!(jiff_of(date).to_string(), date.to_string());
        let later = jiff_of(date).checked_add(jiff::Span::new().try_months(months).unwrap()).ok();
        let later = later.filter(|d| (1..=9999).contains(&d.year())).map(|d| d.to_string());
        prop_assert_eq!(date.plus_months(months).map(|d| d.to_string()), later);
    }

    #[test]
    fn times_agree_with_jiff(time in any_time(), zone in any_zone()) {
        prop_assert_eq!(Time::parse(&time.to_string(), &zone), Ok(time));
        if let Ok(stamp) = jiff::Timestamp::from_microsecond(time.micros()) {
            let tz = jiff::tz::TimeZoneDatabase::bundled().get(zone.name()).unwrap();
            prop_assert_eq!(zone.offset_at(time), i64::from(tz.to_offset(stamp).seconds()));
            let local = stamp.to_zoned(tz.clone()).datetime();
            let text = local.to_string();
            if local.year() >= 1 {
                let compatible = tz.to_ambiguous_zoned(local).compatible().unwrap().timestamp().as_microsecond();
                prop_assert_eq!(Time::parse(&text, &zone).map(Time::micros).ok(), Some(compatible));
            }
        }
    }

    #[test]
    fn lengths_read_back_as_printed(micros in any::<i64>()) {
        let duration = Duration(micros);
        prop_assume!(micros != i64::MIN);
        prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,40}", like in "[0-9PT:HMSZmin +.-]{0,30}") {
        for text in [text, like] {
            let _ = (Time::parse(&text, &Zone::utc()), Date::parse(&text), Duration::parse(&text));
            let _ = (parse_days(&text), parse_months(&text));
        }
    }
}
