//! Makers of packed collections.

/// A listpack of elements that are encoded, each of at most 127 bytes.
pub(crate) fn listpack(elements: &[&[u8]]) -> Vec<u8> {
    let body: Vec<u8> = elements.iter().flat_map(|element| [*element, &[element.len() as u8]].concat()).collect();
    let size = (body.len() + 7) as u32;
    [&size.to_le_bytes()[..], &(elements.len() as u16).to_le_bytes(), body.as_slice(), &[0xFF]].concat()
}

/// A ziplist of elements that are encoded, each of at most 252 bytes.
pub(crate) fn ziplist(elements: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    let (mut tail, mut before) = (10, 0);
    for element in elements {
        tail = 10 + body.len() as u32;
        body.push(before);
        body.extend_from_slice(element);
        before = element.len() as u8 + 1;
    }
    let size = (body.len() + 11) as u32;
    let count = elements.len() as u16;
    [&size.to_le_bytes()[..], &tail.to_le_bytes(), &count.to_le_bytes(), body.as_slice(), &[0xFF]].concat()
}
