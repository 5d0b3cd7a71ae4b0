//! An enum with data, taken apart and compared in this crate and in others.

use std::fmt;
use std::str::FromStr;

use crate::Point;

#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    Dot,
    Circle {
        centre: Point,
        radius: f64,
    },
    Path(Vec<Point>),
    #[cfg(feature = "labels")]
    Label(String, Box<Figure>),
}

impl Figure {
    pub fn length(&self) -> f64 {
        match self {
            Figure::Dot => 0.0,
            Figure::Circle { radius, .. } => std::f64::consts::TAU * radius,
            Figure::Path(points) => points.windows(2).map(|ends| ends[0].distance(&ends[1])).sum(),
            #[cfg(feature = "labels")]
            Figure::Label(_, figure) => figure.length(),
        }
    }

    #[cfg(feature = "labels")]
    pub fn labelled(self, label: impl Into<String>) -> Figure {
        Figure::Label(label.into(), Box::new(self))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Figure::Dot => f.write_str("dot"),
            Figure::Circle { centre, radius } => write!(f, "circle of {radius} at {centre}"),
            Figure::Path(points) => f.debug_list().entries(points.iter().map(|point| (point.x, point.y))).finish(),
            #[cfg(feature = "labels")]
            Figure::Label(label, figure) => write!(f, "{label}: {figure}"),
        }
    }
}

#[derive(Debug)]
pub struct NoFigure(pub String);

impl fmt::Display for NoFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no figure: {:?}", self.0)
    }
}

impl std::error::Error for NoFigure {}

impl FromStr for Figure {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    /// `dot`, `circle RADIUS`, or coordinates.
    fn from_str(text: &str) -> Result<Figure, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match words.as_slice() {
            ["dot"] => Figure::Dot,
            ["circle", radius] => Figure::Circle { centre: Point::ORIGIN, radius: radius.parse()? },
            [] => return Err("an empty text".into()),
            numbers if numbers.len() % 2 == 0 => {
                let numbers = numbers.iter().map(|number| number.parse()).collect::<Result<Vec<f64>, _>>()?;
                Figure::Path(numbers.chunks(2).map(|pair| Point::new(pair[0], pair[1])).collect())
            }
            _ => return Err(NoFigure(text.to_owned()).into()),
        })
    }
}
