//! The registry of constraints: what a call can violate, by the vendor's codes.
//!
//! The third API tells them by UUID, the second by word. The sentences are ours, after the vendor's registry.

/// Defines the registry with the meaning of each code.
macro_rules! constraints {
    ($( $variant:ident = $code:literal, $meaning:literal; )+) => {
        afflux_core::open_enum! {
            /// What a call violates. Codes that are not in the vendor's registry are kept as they came.
            pub enum Constraint {
                $( #[doc = $meaning] $variant = $code, )+
            }
        }

        impl Constraint {
            /// What it means, in a sentence; nothing for a code that is not in the registry.
            pub fn meaning(&self) -> Option<&'static str> {
                match self {
                    $( Self::$variant => Some($meaning), )+
                    Self::Unknown(_) => None,
                }
            }
        }
    };
}

constraints! {
    // The third API: UUIDs.
    MissingAttribute = "2572f7f9-e87e-4aa7-98cf-6f53c9ed5584", "An attribute that must be there is missing.";
    SurplusItems = "901d8596-1b91-4e87-869f-ef66bd4ffc0c", "There are more items than the schema knows.";
    SurplusAttributes = "b9f3a79a-6767-4947-907e-5e0934b5a641",
        "There are attributes that the schema does not know.";
    NotTheConstant = "6771735c-3000-49d1-a978-74aeb33d15b9", "The value is not the only one that is allowed.";
    DoesNotContain = "9ba6d700-08f1-45c9-bde7-873926d4d393", "The list lacks an item that must be in it.";
    NotInEnum = "aa903a6c-64ff-4f8b-830d-8967331c5ba3", "The value is not among those that are allowed.";
    NotBelowExclusiveMaximum = "c535eb9f-a8fd-40ce-9e99-fcd6056b55de",
        "The value stands against an exclusive maximum.";
    NotAboveExclusiveMinimum = "ed574a9e-fa9d-4b3c-83ee-65ecc47fa2fb",
        "The value stands against an exclusive minimum.";
    WrongFormat = "1945fae7-8937-4086-b06b-2a43da93b7e3",
        "The value is not written in the format that is asked for.";
    TooManyItems = "1098ac2a-42f4-4a46-a684-64d67b8c274c", "The list is longer than allowed.";
    TooFewItems = "539b9fb0-b542-422d-992f-4428e26b39e1", "The list is shorter than allowed.";
    TooLong = "32452de9-0c46-4674-a87d-e02f469a003c", "The text is longer than allowed.";
    TooShort = "39c6adce-c253-4750-b2c1-7215713af74d", "The text is shorter than allowed.";
    TooManyAttributes = "458f0977-09d2-40ee-bbe5-c21bc9ed6e48",
        "The object has more attributes than allowed.";
    TooFewAttributes = "4d7d63f2-28f1-45d3-b3b8-99a1bf816e53",
        "The object has fewer attributes than allowed.";
    AboveMaximum = "d0fd75d5-9246-4c22-b395-4f6d0279555e", "The number is above the maximum.";
    BelowMinimum = "7ed9630d-04c4-4559-ace5-5e44f45e14e9", "The number is below the minimum.";
    NotAMultiple = "3dff825b-ac80-41da-a991-2f257ab60a79",
        "The number is not a multiple of the one that is asked for.";
    PatternMismatch = "80d20241-7f19-4ee2-b46d-538f7179f7fb", "The text does not match the pattern.";
    AttributeNamePattern = "9f6fab77-488f-449d-85d3-3345c40a2a45",
        "The name of an attribute does not match the pattern.";
    AttributeNameNotInEnum = "976f4746-0e09-44a7-ba46-b53527a24f6a",
        "The name of an attribute is not among those that are allowed.";
    WrongType = "6a6c32c0-de05-4301-89dd-4a72133c137f", "The value has the wrong JSON type.";
    DuplicateItem = "25772442-e9f9-4cb1-9147-65c422026404", "The list holds a value twice.";
    IntervalOutsideDates = "0a53a999-8349-4326-9135-929f25745e08",
        "The interval does not fit between the dates.";
    InvalidInterval = "cff336e3-1245-49f4-87ec-8efe0d2e2dce", "The interval is not a period of time.";
    BicLength = "66dad313-af0b-4214-8566-6c799be9789c", "The BIC has the wrong length.";
    BicCharacters = "f424c529-7add-4417-8f2d-4b656e4833e2", "The BIC holds characters that it may not.";
    BicBankCode = "00559357-6170-4f29-aebd-d19330aa19cf", "The bank code in the BIC does not exist.";
    BicCountryCode = "1ce76f8d-3c1f-451c-9e62-fe9c3ed486ae", "The country in the BIC does not exist.";
    BicCase = "11884038-3312-4ae5-9d04-699f782130c7", "The BIC must be in capital letters.";
    BicIbanCountry = "29a2c3bb-587b-4996-b6f5-53081364cea5", "The BIC names no country with IBANs.";
    Empty = "183ad2de-533d-4796-a439-6d3c3852b549", "The value is empty.";
    CampaignRequired = "f196f6bd-1914-4707-a32c-20536041558f", "A campaign must be named.";
    CardCharacters = "a2ad9231-e827-485f-8a1e-ef4d9a6d5c2e",
        "The card number holds something else than digits.";
    CardFormat = "a8faedbf-1c2f-4695-8d22-55783be8efed", "The card number is not that of any scheme.";
    InvalidChoice = "8e179f1b-97aa-4560-a02f-2a8b42e49df7", "The value is not one of the choices.";
    TooFewChoices = "11edd7eb-5872-4b6e-9f12-89923999fd0e", "Too few were chosen.";
    TooManyChoices = "9bd98e49-211c-433f-8630-fd1c2d0f08c3", "Too many were chosen.";
    MissingField = "2fa2158c-2a7f-484b-98aa-975522539ff8", "A field that must be there is missing.";
    UnexpectedField = "7703c766-b5d5-4cef-ace7-ae0dd82304e9", "There is a field that is not known.";
    CountTooLow = "bef8e338-6ae5-4caf-b8e2-50e7b0579e69", "There are too few of them.";
    CountTooHigh = "756b1212-697c-468d-a9ad-50dd783bb169", "There are too many of them.";
    InvalidCountry = "8f900c12-61bd-455d-9398-996cd040f7f0", "There is no such country.";
    InvalidCurrency = "69945ac1-2db4-405f-bec7-d2772f73df52", "There is no such currency.";
    InvalidDateTime = "1a9da513-2640-4f84-9b6a-4d99dcddc628", "That is no date with a time.";
    InvalidDate = "d52afa47-620d-4d99-9f08-f4d85b36e33c", "That is no date.";
    InvalidTime = "5e797c9d-74f7-4098-baa3-94390c447b27", "That is no time of day.";
    NotDivisible = "6d99d6c3-1464-4ccf-bdc7-14d083cf455c",
        "The number cannot be divided by the one that is asked for.";
    InvalidEmail = "bd79c0ab-ddba-46cc-a703-a7a4b08de310", "That is no e-mail address.";
    NotEqual = "478618a7-95ba-473d-9101-cabd45e49115", "The value differs from the one that is asked for.";
    ExpressionFailed = "6b3befbc-2f01-4ddf-be21-b57898905284", "The rule for the value does not hold.";
    FileNotFound = "d2a3fb6e-7ddc-4210-8fbf-2ab345ce1998", "The file does not exist.";
    FileNotReadable = "c20c92a4-5bfa-4202-9477-28e800e0f6ff", "The file cannot be read.";
    FileEmpty = "5d743385-9775-4aa5-8ff5-495fb1e60137", "The file is empty.";
    FileTooLarge = "df8637af-d466-48c6-a59d-e7126250a654", "The file is too large.";
    FileMediaType = "744f00bc-4389-4c74-92de-9a43cde55534", "The file's media type is not allowed.";
    NotGreater = "778b7ae0-84d3-481a-9dec-35fdb64b1d78", "The value must be greater than the other.";
    NotGreaterOrEqual = "ea4e51d1-3342-48bd-87f1-9e672cd90cad", "The value must not be less than the other.";
    IbanCountryCode = "de78ee2c-bd50-44e2-aec8-3d8228aeadb9", "The country in the IBAN does not exist.";
    IbanCharacters = "8d3d85e4-784f-4719-a5bc-d9e40d45a3a5", "The IBAN holds characters that it may not.";
    IbanChecksum = "b9401321-f9bf-4dcb-83c1-f31094440795", "The check digits of the IBAN are wrong.";
    IbanFormat = "c8d318f1-2ecc-41ba-b983-df70d225cf5a", "The IBAN does not have the form of its country.";
    IbanCountryUnsupported = "e2c259f3-4b46-48e6-b72e-891658158ec8", "IBANs of that country are not taken.";
    NotIdentical = "2a8cc50f-58a2-4536-875e-060a2ce69ed5", "The value is not the very one that is asked for.";
    ImageSizeUnknown = "6d55c3f4-e58e-4fe3-91ee-74b492199956", "How large the picture is cannot be told.";
    ImageTooWide = "7f87163d-878f-47f5-99ba-a8eb723a1ab2", "The picture is too wide.";
    ImageTooNarrow = "9afbd561-4f90-4a27-be62-1780fc43604a", "The picture is too narrow.";
    ImageTooTall = "7efae81c-4877-47ba-aa65-d01ccb0d4645", "The picture is too tall.";
    ImageTooShort = "aef0cb6a-c07f-4894-bc08-1781420d7b4c", "The picture is not tall enough.";
    ImageTooFewPixels = "1b06b97d-ae48-474e-978f-038a74854c43", "The picture has too few pixels.";
    ImageTooManyPixels = "ee0804e8-44db-4eac-9775-be91aaf72ce1", "The picture has too many pixels.";
    ImageRatioTooBig = "70cafca6-168f-41c9-8c8c-4e47a52be643", "The picture is too wide for its height.";
    ImageRatioTooSmall = "59b8c6ef-bcf2-4ceb-afff-4642ed92f12e", "The picture is too tall for its width.";
    ImageSquare = "5d41425b-facb-47f7-a55a-de9fbe45cb46", "A square picture is not allowed.";
    ImageLandscape = "6f895685-7cf2-4d65-b3da-9029c5581d88", "A picture wider than tall is not allowed.";
    ImagePortrait = "65608156-77da-4c79-a88c-02ef6d18c782", "A picture taller than wide is not allowed.";
    ImageCorrupted = "5d4163f3-648f-4e39-87fd-cc5ea7aad2d1", "The picture is damaged.";
    InvalidIp = "b1b427ae-9f6f-41b0-aa9b-84511fbb3c5b", "That is no IP address.";
    IsbnTooShort = "949acbb0-8ef5-43ed-a0e9-032dfd08ae45", "The ISBN is too short.";
    IsbnTooLong = "3171387d-f80a-47b3-bd6e-60598545316a", "The ISBN is too long.";
    IsbnCharacters = "23d21cea-da99-453d-98b1-a7d916fbb339", "The ISBN holds characters that it may not.";
    IsbnChecksum = "2881c032-660f-46b6-8153-d352d9706640", "The check digit of the ISBN is wrong.";
    IsbnType = "fa54a457-f042-441f-89c4-066ee5bdd3e1", "The number is neither an ISBN-10 nor an ISBN-13.";
    NotFalse = "d53a91b0-def3-426a-83d7-269da7ab4200", "The value must be false.";
    NotNull = "60d2f30b-8cfa-4372-b155-9656634de120", "The value must be null.";
    IssnTooShort = "6a20dd3d-f463-4460-8e7b-18a1b98abbfb", "The ISSN is too short.";
    IssnTooLong = "37cef893-5871-464e-8b12-7fb79324833c", "The ISSN is too long.";
    IssnHyphen = "2983286f-8134-4693-957a-1ec4ef887b15", "The ISSN lacks its hyphen.";
    IssnCharacters = "a663d266-37c2-4ece-a914-ae891940c588", "The ISSN holds characters that it may not.";
    IssnCase = "7b6dd393-7523-4a6c-b84d-72b91bba5e1a", "The letter in the ISSN must be a capital.";
    IssnChecksum = "b0f92dbc-667c-48de-b526-ad9586d43e85", "The check digit of the ISSN is wrong.";
    NotTrue = "2beabf1c-54c0-4882-a928-05249b26e23b", "The value must be true.";
    InvalidJson = "0789c8ad-2d2b-49a4-8356-e2ce63998504", "The text is not JSON.";
    InvalidLanguage = "ee65fec4-9a20-4202-9f39-ca558cd7bdf7", "There is no such language.";
    LengthTooShort = "9ff3fdc4-b214-49db-8718-39c315e33d45", "There are too few characters.";
    LengthTooLong = "d94b19cc-114f-4f44-9cc4-4138e80a87b9", "There are too many characters.";
    CharacterSet = "35e6a710-aa2e-4719-b58e-24b35749b767", "There are characters outside the character set.";
    NotLess = "079d7420-2d13-460c-8756-de810eeb37d2", "The value must be less than the other.";
    NotLessOrEqual = "30fbb013-d015-4232-8b3b-8f3be97a7e14", "The value must not be greater than the other.";
    InvalidLocale = "a0af4293-1f1a-4a1c-a328-979cba6182a2", "There is no such locale.";
    LuhnCharacters = "dfad6d23-1b74-4374-929b-5cbb56fc0d9e",
        "The number with a check digit holds something else than digits.";
    LuhnChecksum = "4d760774-3f50-4cd5-a6d5-b10a3299d8d3", "The check digit is wrong.";
    Blank = "c1051bb4-d103-4f74-8988-acbcafc7fdc3", "The value is blank.";
    CompromisedPassword = "d9bcdbfe-a9d6-4bfa-a8ff-da5fd93e0f6d", "The password is known from a leak.";
    EqualForbidden = "aa2e33da-25c8-4d76-8c6c-812f02ea89dd",
        "The value must differ from the other; the vendor's own words say the opposite.";
    IdenticalForbidden = "4aaac518-0dda-4129-a6d9-e216b9b454a0",
        "The value must not be the very same; the vendor's own words say the opposite.";
    Null = "ad32d13f-c3d4-423b-909a-857b961eb720", "The value must not be null.";
    NotNumeric = "ad9a9798-7a99-4df7-8ce9-46e416a1e60b", "The value holds something else than digits.";
    RangeTooHigh = "2d28afcb-e32e-45fb-a815-01c431a86a69", "The number is above its range.";
    RangeTooLow = "76454e69-502c-46c5-9643-f447d837c4d5", "The number is below its range.";
    RegexFailed = "de1e3db3-5ed4-4941-aae4-59f3667cc3a3", "The text does not match the regular expression.";
    TimeFormat = "9d27b2bb-f755-4fbf-b725-39b1edbdebdf", "The time is not written as a time.";
    TimeImpossible = "8532f9e1-84b2-4d67-8989-0818bc38533b", "There is no such time of day.";
    InvalidTimezone = "5ce113e6-5e64-4ea2-90fe-d2233956db13", "There is no such time zone.";
    TimezoneNotInZone = "b57767b1-36c0-40ac-a3d7-629420c775b8",
        "The time zone is not of the region that is asked for.";
    TimezoneNotInCountry = "c4a22222-dc92-4fc0-abb0-d95b268c7d0b",
        "The time zone is not of the country that is asked for.";
    TimezoneIntl = "45863c26-88dc-41ba-bf53-c73bd1f7e90d",
        "The time zone cannot be written in an international way.";
    TypeMismatch = "ba785a8c-82cb-4283-967c-3cf342181b40",
        "The value is written as the wrong type, for instance a number with or without quotes.";
    NotUnique = "7911c98d-b845-4da0-94b7-a8dac36bc55a", "The items are not all different.";
    InvalidUrl = "57c2f299-1154-4870-89bb-ef3b1f5ad229", "That is no address of a page.";
    UuidTooShort = "aa314679-dac9-4f54-bf97-b2049df8f2a3", "The UUID is too short.";
    UuidTooLong = "494897dd-36f8-4d31-8923-71a8d5f3000d", "The UUID is too long.";
    UuidCharacters = "51120b12-a2bc-41bf-aa53-cd73daf330d0", "The UUID holds characters that it may not.";
    UuidHyphens = "98469c83-0309-4f5d-bf95-a496dcaa869c", "The UUID's hyphens stand in the wrong places.";
    UuidVersion = "21ba13b4-b185-4882-ac6f-d147355987eb", "The UUID's version is not allowed.";
    UuidVariant = "164ef693-2b9d-46de-ad7f-836201f0c2db",
        "The UUID's variant is wrong; the vendor speaks of its first two characters.";
    AlreadyUsed = "f645b551-53ae-4e8b-8ce8-1c747e9df1e2", "Somebody uses that value already.";
    InvalidCredentials = "39b4b7c2-e5b9-41b1-83d4-db3b23b5ebfa",
        "The keys are missing, or do not belong together.";
    AccessDenied = "76fb121a-d769-4293-852d-3b9b6a3dcce8", "The user may not do this.";
    EntityAccessDenied = "16bd7f4a-bf84-45c3-aa95-9b32aeb139b0",
        "The user may not see or do this with that entity.";
    TermsNotAcknowledged = "f0b71be3-c8be-4ff2-893e-2bc7f7a18156",
        "Terms and conditions must be acknowledged first.";
    RouteNotFound = "0d528fb3-569c-45fa-b2b5-309b360bf9fa", "There is no such address in the API.";
    MethodNotAllowed = "5fe5c44b-f299-4fa6-bda4-bf80fecf6093", "The address exists, the method does not.";
    TooManyRequests = "3b22ff00-96a5-4fa4-96cc-f36e68dbd2e2", "Too many calls were made in a short time.";
    InternalError = "a72717b1-0ecb-4d74-a77f-3e3702a2c8d5", "The vendor failed, without saying why.";
    RemoteUnreachable = "c2b63ca9-e15b-48ee-bcf0-0469a2f52047",
        "A service behind the vendor could not be reached.";
    RemoteFailed = "03b1fdbe-ce8a-4de7-b850-b5e4bccf7f81", "A service behind the vendor failed.";

    // The second API: words.
    InvalidPropertyFormat = "invalid_property_format", "A date is not written as one.";
    InvalidType = "invalid_type", "The parameter has the wrong type.";
    InvalidValue = "invalid_value", "The value is out of bounds.";
    RequiredProperty = "required_property", "A parameter is missing.";
    InvalidLowerBound = "invalid_lower_bound", "The value is too low.";
    InvalidUpperBound = "invalid_upper_bound", "The value is too high.";
    InvalidEnumValue = "invalid_enum_value", "The value is not among those that are listed.";
    InvalidMaxLength = "invalid_max_length", "There are too many characters.";
    InvalidProperty = "invalid_property", "The property is wrong.";
    Unauthorized = "unauthorized", "The keys are wrong, or the user may not do this.";
    EntityNotFound = "entity_not_found", "There is no such entity, or the user may not know of it.";
    RoutingError = "routing_error", "The address does not take this method.";
}
