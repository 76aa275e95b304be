//! Structs of settings that may each be left open.

/// Declares such a struct. An inventory shows what is set of it, and `inherit` fills in the rest.
macro_rules! settings {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$about_field:meta])* pub $field:ident: Option<$value:ty>,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(
            feature = "inventory",
            derive(serde::Serialize, serde::Deserialize),
            serde(deny_unknown_fields, default)
        )]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$about_field])*
                #[cfg_attr(feature = "inventory", serde(skip_serializing_if = "Option::is_none"))]
                pub $field: Option<$value>,
            )*
        }

        impl $name {
            /// Takes from `other` what is not set here.
            pub fn inherit(&mut self, other: &Self) {
                $(
                    if self.$field.is_none() {
                        self.$field.clone_from(&other.$field);
                    }
                )*
            }
        }
    };
}
pub(super) use settings;

#[cfg(test)]
#[allow(unreachable_pub, reason = "such structs are public where they are meant to be used")]
mod tests {
    settings! {
        /// A terminal.
        pub struct Terminal {
            pub name: Option<String>,
            pub columns: Option<u16>,
            pub rows: Option<u16>,
        }
    }

    #[test]
    fn what_is_set_counts_and_the_rest_is_inherited() {
        let set = |name: Option<&str>, columns, rows| Terminal { name: name.map(Into::into), columns, rows };
        let mut mine = set(None, Some(80), None);
        mine.inherit(&set(Some("vt100"), Some(132), Some(24)));
        assert_eq!(mine, set(Some("vt100"), Some(80), Some(24)));
    }

    #[cfg(feature = "inventory")]
    #[test]
    fn an_inventory_shows_what_is_set_and_takes_nothing_else() {
        let set = Terminal { rows: Some(24), ..Terminal::default() };
        assert_eq!(serde_saphyr::from_str::<Terminal>("{rows: 24}").unwrap(), set);
        assert_eq!(serde_saphyr::to_string(&set).unwrap().trim(), "rows: 24");
        assert!(serde_saphyr::from_str::<Terminal>("{row: 24}").is_err());
    }
}
