//! A name for a value: FNV-1a over everything that serde shows of it.
//!
//! Not a defence against forgery: it tells one policy from another, cheaply and the same on every
//! machine.

use std::fmt;
use std::str::FromStr;

use serde::Serializer;
use serde::ser::{self, Serialize};

/// The name of exactly one value: 128 bits, printed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u128);

impl Digest {
    /// The digest of a value, over the names and contents of its fields.
    #[must_use]
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        let mut sink = Sink(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        // The sink refuses nothing, so there is no error to lose.
        let _: Result<(), Refused> = value.serialize(&mut sink);
        Self(sink.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let value = (text.len() == 32).then(|| u128::from_str_radix(text, 16));
        match value {
            Some(Ok(value)) => Ok(Self(value)),
            _ => Err(crate::Error::Unreadable {
                what: "digest",
                text: text.chars().take(64).collect(),
                expected: "32 hexadecimal digits",
            }),
        }
    }
}

crate::as_text::serde_as_text!(Digest);

/// A serializer that folds what it is given into a hash. Each kind of value starts with a tag of
/// its own and texts carry their length, so that different values don't run into each other.
struct Sink(u128);

impl Sink {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u128::from(*byte);
            self.0 = self.0.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    fn tagged(&mut self, tag: u8, bytes: &[u8]) -> Result<(), Refused> {
        self.bytes(&[tag]);
        self.bytes(bytes);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.bytes(&crate::arith::int_of_len(text.len()).to_le_bytes());
        self.bytes(text.as_bytes());
    }

    fn open(&mut self, tag: u8) -> Result<&mut Self, Refused> {
        self.bytes(&[tag]);
        Ok(self)
    }
}

/// What a serializer must be able to say; the sink never does.
#[derive(Debug, thiserror::Error)]
#[error("refused")]
struct Refused;

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

const END: u8 = b'.';

impl Serializer for &mut Sink {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, v: bool) -> Result<(), Refused> {
        self.tagged(b'b', &[u8::from(v)])
    }
    fn serialize_i8(self, v: i8) -> Result<(), Refused> {
        self.serialize_i64(i64::from(v))
    }
    fn serialize_i16(self, v: i16) -> Result<(), Refused> {
        self.serialize_i64(i64::from(v))
    }
    fn serialize_i32(self, v: i32) -> Result<(), Refused> {
        self.serialize_i64(i64::from(v))
    }
    fn serialize_i64(self, v: i64) -> Result<(), Refused> {
        self.tagged(b'i', &v.to_le_bytes())
    }
    fn serialize_u8(self, v: u8) -> Result<(), Refused> {
        self.serialize_u64(u64::from(v))
    }
    fn serialize_u16(self, v: u16) -> Result<(), Refused> {
        self.serialize_u64(u64::from(v))
    }
    fn serialize_u32(self, v: u32) -> Result<(), Refused> {
        self.serialize_u64(u64::from(v))
    }
    fn serialize_u64(self, v: u64) -> Result<(), Refused> {
        self.tagged(b'u', &v.to_le_bytes())
    }
    fn serialize_f32(self, v: f32) -> Result<(), Refused> {
        self.serialize_f64(f64::from(v))
    }
    fn serialize_f64(self, v: f64) -> Result<(), Refused> {
        self.tagged(b'f', &v.to_bits().to_le_bytes())
    }
    fn serialize_char(self, v: char) -> Result<(), Refused> {
        self.tagged(b'c', &u32::from(v).to_le_bytes())
    }
    fn serialize_str(self, v: &str) -> Result<(), Refused> {
        self.bytes(b"s");
        self.text(v);
        Ok(())
    }
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Refused> {
        self.bytes(b"y");
        self.bytes(&crate::arith::int_of_len(v.len()).to_le_bytes());
        self.bytes(v);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), Refused> {
        self.tagged(b'0', &[])
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        self.bytes(b"1");
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Refused> {
        self.tagged(b'n', &[])
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Refused> {
        self.bytes(b"v");
        self.text(variant);
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        self.bytes(b"w");
        self.text(variant);
        value.serialize(self)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Refused> {
        self.open(b'[')
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Refused> {
        self.open(b'[')
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.open(b'[')
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Refused> {
        self.text(variant);
        self.open(b'[')
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self, Refused> {
        self.open(b'{')
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.open(b'{')
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Refused> {
        self.text(variant);
        self.open(b'{')
    }
}

/// The compound forms differ only in the name of the method that takes an element.
macro_rules! elements {
    ($($trait:ident :: $method:ident),* $(,)?) => {$(
        impl ser::$trait for &mut Sink {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), Refused> {
                self.tagged(END, &[])
            }
        }
    )*};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
);

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for &mut Sink {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Refused> {
                self.text(key);
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), Refused> {
                self.tagged(END, &[])
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for &mut Sink {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(&mut **self)
    }
    fn end(self) -> Result<(), Refused> {
        self.tagged(END, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_do_not_run_together() {
        assert_ne!(Digest::of(&("ab", "c")), Digest::of(&("a", "bc")));
        assert_ne!(Digest::of(&Some(1)), Digest::of(&1));
        assert_ne!(Digest::of(&vec![vec![1], vec![2]]), Digest::of(&vec![vec![1, 2]]));
        assert_eq!(Digest::of("x"), Digest::of(&String::from("x")));
    }

    #[test]
    fn text_form_reads_back() {
        let digest = Digest::of("trimtab");
        assert_eq!(digest.to_string().parse::<Digest>().expect("reads"), digest);
        assert!("xyz".parse::<Digest>().is_err());
    }
}
